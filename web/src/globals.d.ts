/// <reference types="svelte" />
/// <reference types="vite/client" />

declare module 'virtual:problems/*' {
  const problems: Record<string, { title: string; detail: string; next: string }>;
  export default problems;
}

declare module 'virtual:routes' {
  const paths: string[] | 'all';
  export default paths;
}
