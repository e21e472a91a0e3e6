import paths from 'virtual:routes';

/** Does the api that this page was built with have a route? Its path is written as in the OpenAPI document. */
export function hasRoute(path: string): boolean {
  return paths === 'all' || paths.includes(path);
}
