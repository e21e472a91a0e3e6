/*
 * xterm.js writes style elements and style attributes, which our content-security policy forbids, and
 * rightly. While a terminal is open, elements are made so that both go through the object model of CSS,
 * which the policy allows. (xterm.js can be given a document to make its elements with, but version 6 makes
 * its scroll bar and its rows with the window's own all the same.)
 */
let users = 0;
let sheets: CSSStyleSheet[] = [];

function sheetElement(make: typeof document.createElement): HTMLElement {
  const sheet = new CSSStyleSheet();
  sheets.push(sheet);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  const element = make.call(document, 'nt-style');
  element.hidden = true;
  Object.defineProperty(element, 'textContent', { set: (text: string) => sheet.replaceSync(text) });
  return element;
}

function withStyle(element: HTMLElement): HTMLElement {
  const set = element.setAttribute.bind(element);
  element.setAttribute = (name, value) => {
    if (name === 'style') element.style.cssText = value;
    else set(name, value);
  };
  return element;
}

/** Begins it; what it gives back ends it, after the terminal is disposed of. */
export function paper(): () => void {
  users += 1;
  if (users === 1) {
    const make = Document.prototype.createElement as typeof document.createElement;
    document.createElement = ((name: string, options?: ElementCreationOptions) =>
      name === 'style' ? sheetElement(make) : withStyle(make.call(document, name, options))) as typeof document.createElement;
  }
  return () => {
    users -= 1;
    if (users > 0) return;
    delete (document as Partial<Document>).createElement;
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((item) => !sheets.includes(item));
    sheets = [];
  };
}
