/** A path of the service, below the base that the server writes into the page: behind a proxy it may be a prefix. */
export const at = (path: string): string => new URL(`.${path}`, document.baseURI).href
