// The page over WebDAV: list, upload, download, make a folder, delete.
const texts = {
  en: {
    title: 'Files', upload: 'Upload', folder: 'New folder', name: 'Name', size: 'Size', changed: 'Changed',
    drop: 'Drop files anywhere on this page to upload them.', empty: 'Nothing is here yet.',
    delete: 'Delete', home: 'Files', other: '한국어', ask: 'Name of the folder',
    sure: name => `Delete ${name}? It cannot be brought back.`,
    over: name => `${name} is here already. Replace it?`,
    sending: (name, percent) => `${name}: ${percent} %`, sent: name => `${name} is here.`,
    failed: (what, status) => `${what} did not work (${status || 'no answer'}). Try again.`,
    dav: `Programs reach the same files by WebDAV at ${location.origin}/files/`,
  },
  ko: {
    title: '파일', upload: '올리기', folder: '새 폴더', name: '이름', size: '크기', changed: '바뀐 때',
    drop: '파일을 이 화면에 끌어다 놓으면 올라갑니다.', empty: '아직 아무것도 없습니다.',
    delete: '지우기', home: '파일', other: 'English', ask: '폴더 이름',
    sure: name => `${name}을(를) 지울까요? 되돌릴 수 없습니다.`,
    over: name => `${name}이(가) 이미 있습니다. 바꿀까요?`,
    sending: (name, percent) => `${name}: ${percent} %`, sent: name => `${name}을(를) 올렸습니다.`,
    failed: (what, status) => `${what}: 하지 못했습니다(${status || '응답 없음'}). 다시 해 보세요.`,
    dav: `프로그램에서는 WebDAV 주소 ${location.origin}/files/ 로 같은 파일을 쓸 수 있습니다.`,
  },
};
const byId = id => document.getElementById(id);
let language = localStorage.getItem('language') ?? (navigator.language.startsWith('ko') ? 'ko' : 'en');
let names = new Set();
const text = () => texts[language];
const say = sentence => { byId('said').textContent = sentence; };

// The folder shown is the fragment, already encoded: "#a%20b/c" is /files/a%20b/c/.
const parts = () => location.hash.slice(1).split('/').filter(Boolean);
const folder = () => '/files/' + parts().map(part => part + '/').join('');

function element(tag, content, attributes = {}) {
  const made = document.createElement(tag);
  made.append(content);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

async function dav(method, url, what, options = {}) {
  const answer = await fetch(url, { method, ...options }).catch(() => null);
  if (!answer?.ok) {
    say(text().failed(what, answer?.status));
    return null;
  }
  return answer;
}

function size(bytes) {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const unit = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const shown = new Intl.NumberFormat(language, { maximumFractionDigits: unit ? 1 : 0 });
  return `${shown.format(bytes / 1000 ** unit)} ${units[unit]}`;
}

function entries(xml) {
  return [...xml.getElementsByTagNameNS('DAV:', 'response')].map(response => {
    const get = tag => response.getElementsByTagNameNS('DAV:', tag)[0];
    const path = new URL(get('href').textContent, location.origin).pathname;
    return {
      path, isFolder: get('collection') !== undefined,
      bytes: Number(get('getcontentlength')?.textContent ?? 0),
      changed: new Date(get('getlastmodified')?.textContent ?? 0),
      name: decodeURIComponent(path.replace(/\/$/, '').split('/').pop()),
    };
  }).filter(entry => entry.path !== folder() && !entry.name.startsWith('.'))
    .sort((a, b) => b.isFolder - a.isFolder || a.name.localeCompare(b.name, language));
}

function row(entry) {
  const link = entry.isFolder
    ? element('a', entry.name + '/', { href: '#' + [...parts(), encodeURIComponent(entry.name)].join('/') })
    : element('a', entry.name, { href: entry.path, download: entry.name });
  const remove = element('button', text().delete, { type: 'button', 'aria-label': `${text().delete}: ${entry.name}` });
  remove.onclick = async () => {
    if (confirm(text().sure(entry.name)) && await dav('DELETE', entry.path, text().delete)) show();
  };
  const line = element('tr', '');
  line.append(
    element('td', link), element('td', entry.isFolder ? '' : size(entry.bytes), { class: 'number' }),
    element('td', entry.changed.toLocaleString(language, { dateStyle: 'medium', timeStyle: 'short' })),
    element('td', remove));
  return line;
}

async function show() {
  document.documentElement.lang = language;
  document.title = text().title;
  for (const place of document.querySelectorAll('[data-text]')) place.textContent = text()[place.dataset.text];
  byId('language').textContent = text().other;
  byId('where').replaceChildren(element('a', text().home, { href: '#' }),
    ...parts().flatMap((part, at) => [' / ', element('a', decodeURIComponent(part), { href: '#' + parts().slice(0, at + 1).join('/') })]));

  const answer = await dav('PROPFIND', folder(), text().title, { headers: { Depth: '1' } });
  if (!answer) return;
  const list = entries(new DOMParser().parseFromString(await answer.text(), 'application/xml'));
  names = new Set(list.map(entry => entry.name));
  byId('list').replaceChildren(...list.map(row));
  byId('empty').hidden = list.length > 0;
}

// fetch() tells nothing about how much was sent; this does.
function put(file) {
  return new Promise(resolve => {
    const request = new XMLHttpRequest();
    request.open('PUT', folder() + encodeURIComponent(file.name));
    request.upload.onprogress = event => say(text().sending(file.name, Math.floor(100 * event.loaded / event.total)));
    request.onloadend = () => {
      const isDone = request.status >= 200 && request.status < 300;
      say(isDone ? text().sent(file.name) : text().failed(file.name, request.status));
      resolve(isDone);
    };
    request.send(file);
  });
}

async function upload(files) {
  for (const file of files) {
    if (names.has(file.name) && !confirm(text().over(file.name))) continue;
    if (!await put(file)) break;
  }
  show();
}

byId('pick').onchange = event => upload([...event.target.files]).then(() => { event.target.value = ''; });
byId('folder').onclick = async () => {
  const name = prompt(text().ask)?.trim();
  if (name && await dav('MKCOL', folder() + encodeURIComponent(name) + '/', text().folder)) show();
};
byId('language').onclick = () => {
  language = language === 'ko' ? 'en' : 'ko';
  localStorage.setItem('language', language);
  show();
};
for (const event of ['dragover', 'dragleave', 'drop']) {
  document.addEventListener(event, happened => {
    happened.preventDefault();
    document.body.classList.toggle('over', event === 'dragover');
    if (event === 'drop') upload([...happened.dataTransfer.files]);
  });
}
window.addEventListener('hashchange', show);
show();
