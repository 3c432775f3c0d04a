/**
 * Asks the process that keeps apps' keys and values.
 *
 * @param {{KEEPER: {fetch(input: string, init: RequestInit): Promise<Response>}}} env
 * @param {{environment: string, app: string}} whose
 * @param {string} verb
 * @param {object} said
 * @param {any} [value]
 * @returns {Promise<Response>}
 */
export async function callKv(env, whose, verb, said, value = null) {
  const headers = {
    "x-kv-whose": `${whose.environment}/${whose.app}`,
    "x-kv-said": encodeURIComponent(JSON.stringify(said)),
  };
  const answer = await env.KEEPER.fetch(`http://kv/${verb}`, { method: "POST", headers, body: value });
  if (answer.ok || answer.status === 404) return answer;
  throw new Error(await answer.text());
}
