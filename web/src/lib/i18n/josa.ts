/*
 * Korean particles follow the last sound of the word before them: 노트는, 웹은; "host-1" is read
 * 일, so host-1은. Messages write {name|은/는}; this picks one.
 */
const DIGIT_FINAL = [true, true, false, true, false, false, true, true, true, false];
const DIGIT_RIEUL = new Set(['1', '7', '8']);
// Letters that Korean readers end with a closing consonant when they read them: 엘, 엠, 엔, 알.
const LETTER_FINAL = /[lmnr]$/i;
// English words that end in a stopped consonant ("web" 웹, "lab" 랩, "book" 북), mostly after a short vowel.
const WORD_FINAL = /[aeiou](?:ng|[bpkmnl])$|[aeiou](?:ck|ct)$/i;

export function josa(word: string, pair: string): string {
  const [closed = '', open = ''] = pair.split('/');
  const last = word.trim().replace(/[)\]"'’”]+$/, '').slice(-1);
  let final = false;
  let rieul = false;
  const code = last.charCodeAt(0);
  if (code >= 0xac00 && code <= 0xd7a3) {
    const tail = (code - 0xac00) % 28;
    final = tail !== 0;
    rieul = tail === 8;
  } else if (last >= '0' && last <= '9') {
    final = DIGIT_FINAL[Number(last)] ?? false;
    rieul = DIGIT_RIEUL.has(last);
  } else if (last === '%') {
    final = false; // 퍼센트
  } else if (/[a-z]/i.test(last)) {
    const tail = /[a-z]+[)\]"'’”]*$/i.exec(word)?.[0] ?? last;
    final = tail.length === 1 ? LETTER_FINAL.test(tail) : WORD_FINAL.test(tail) || /[lmn]$/i.test(tail);
    rieul = /l$/i.test(tail);
  }
  // 으로 only after a closing consonant other than ㄹ: 서울로, 집으로.
  if (closed.startsWith('으') && rieul) return open;
  return final ? closed : open;
}
