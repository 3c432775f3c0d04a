/** What a dispatch namespace is bound to on this machine: `get(name).fetch(request)`, as on Cloudflare. */

/**
 * @param {{SCRIPTS: {fetch(request: Request): Promise<Response>}, ENVIRONMENT: string}} env
 */
export default function namespace({ SCRIPTS, ENVIRONMENT }) {
  return {
    /** @param {string} name */
    get: (name) => ({
      /** @param {Request} request */
      async fetch(request) {
        const headers = new Headers(request.headers);
        headers.set("x-edge-script", `${ENVIRONMENT}/${name}`);
        const response = await SCRIPTS.fetch(new Request(request, { headers }));
        const error = response.headers.get("x-edge-error");
        if (error === null) return response;
        await response.body?.cancel();
        throw new Error(decodeURIComponent(error));
      },
    }),
  };
}
