// How the overlay looks, dark and light. What the app says of all elements reaches the host, and nothing within it.

export const STYLE = `
:host { all: initial; position: fixed !important; inset: 0 !important; display: block !important; z-index: 2147483647; }
.back {
  --back: rgb(245 245 244 / 0.82); --card: #fff; --text: #1c1917; --faint: #57534e; --line: #d6d3d1;
  --accent: #b91c1c; --place: #1d4ed8; --code: #f5f5f4;
  position: absolute; inset: 0; overflow: auto; display: grid;
  grid-template-columns: minmax(0, 60rem); place-content: start center; padding: clamp(0.75rem, 6vh, 5rem) 0.75rem; box-sizing: border-box;
  background: var(--back); backdrop-filter: blur(3px); color-scheme: light dark;
}
@media (prefers-color-scheme: dark) {
  .back {
    --back: rgb(12 10 9 / 0.78); --card: #1c1917; --text: #f5f5f4; --faint: #a8a29e; --line: #44403c;
    --accent: #f87171; --place: #93c5fd; --code: #0c0a09;
  }
}
section {
  position: relative; box-sizing: border-box; padding: 1.5rem;
  background: var(--card); color: var(--text); border: 1px solid var(--line); border-top: 4px solid var(--accent);
  border-radius: 10px; box-shadow: 0 20px 50px rgb(0 0 0 / 0.25); font: 15px/1.5 system-ui, sans-serif;
}
.title { margin: 0 2.5rem 0.25rem 0; font-size: 0.9rem; font-weight: 600; color: var(--accent); }
p { margin: 0.25rem 0; overflow-wrap: anywhere; }
.place { font: 0.9rem ui-monospace, monospace; color: var(--place); }
.message { margin: 0.5rem 0; font-size: 1.1rem; font-weight: 600; white-space: pre-wrap; }
.frame {
  margin: 0.75rem 0; padding: 0.9rem 1rem; overflow: auto; background: var(--code); border: 1px solid var(--line);
  border-radius: 6px; font: 0.85rem/1.6 ui-monospace, SFMono-Regular, Menlo, monospace; tab-size: 4; white-space: pre;
}
.hint { font-size: 0.8rem; color: var(--faint); }
.close {
  position: absolute; top: 0.9rem; right: 0.9rem; width: 2rem; height: 2rem; border: 0; border-radius: 6px;
  background: none; color: var(--faint); font: 1.4rem/1 system-ui, sans-serif; cursor: pointer;
}
.close:hover { background: var(--code); color: var(--text); }
.close:focus-visible { outline: 2px solid var(--place); }
`;
