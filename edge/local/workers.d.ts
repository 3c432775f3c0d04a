/** What the runtime brings along, as far as we use it. */
declare module "cloudflare:workers" {
  interface Fetcher {
    fetch(input: string | Request, init?: RequestInit): Promise<Response>;
  }
  export class WorkerEntrypoint {
    ctx: { props: { environment: string; app: string; script: string; release: string } };
    env: { KEEPER: Fetcher; HOUSE: Fetcher; RELEASES: Fetcher; BLOBS: Fetcher };
  }
  export class DurableObject {
    constructor(ctx: object, env: object);
  }
}
