"""What the scripts of the tests' apps do, good and bad, by the path that is asked for."""

WELL = b"""
let calls = 0;
export default {
  async fetch(request, env) {
    const { pathname, searchParams } = new URL(request.url);
    calls++;
    if (pathname === "/env") return Response.json({ ...env, KV: undefined, ASSETS: undefined });
    if (pathname === "/headers") return Response.json(Object.fromEntries(request.headers));
    if (pathname === "/forge") {
      const forged = { "x-edge-app": "other", "x-edge-error": "f", "x-edge-fallen": "f", "x-overskill-release": "f" };
      return new Response("x", { headers: { ...forged, "x-mine": "stays" } });
    }
    if (pathname === "/say") { console.log("hello", { a: 1 }); console.error("oh"); return new Response("said"); }
    if (pathname === "/throw") throw new Error("boom of " + searchParams.get("why"));
    if (pathname === "/page") return env.ASSETS.fetch("http://any/index.html");
    if (pathname === "/body") return new Response(await request.text());
    if (pathname === "/loop") for (;;);
    if (pathname === "/memory") { const kept = []; for (;;) kept.push(new Array(100_000).fill(calls)); }
    if (pathname === "/late") { setTimeout(() => { for (;;); }, 300); return new Response("later"); }
    if (pathname === "/wait") { await scheduler.wait(Number(searchParams.get("ms"))); return new Response("waited"); }
    if (pathname === "/out") {
      const asked = searchParams.getAll("to").map((to) => fetch(to).then((a) => a.status, () => "refused"));
      return Response.json(await Promise.all(asked));
    }
    if (pathname.startsWith("/kv/")) {
      const said = JSON.parse(await request.text());
      try { return Response.json((await env.KV[pathname.slice(4)](...said)) ?? null); }
      catch (error) { return new Response(error.message, { status: 400 }); }
    }
    return new Response("NAME answers");
  },
};
"""
