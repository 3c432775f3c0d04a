"""The app's entry, pages, hooks and larger components, which put the ui components to use. Pure."""

from tests.bench.app_ui import NAMES, slot

_PAGES = "Dashboard Orders Customers Products Invoices Reports Team Messages Billing Settings"
_PANELS = "Stats Activity Revenue Tasks Calendar Pipeline Feed Inbox Chart Search"
PAGES, _WIDGETS = tuple(_PAGES.split()), tuple(_PANELS.split())
_HOOKS = ("toggle", "counter", "filter", "media", "title")
_ICONS = ("Anchor", "Bell", "Box", "ChartLine", "Check", "Clock", "CreditCard", "Inbox", "Settings", "Users")

_MAIN = """import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import App from "./App";
import "./index.css";

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
"""
_APP = """import {{ BrowserRouter, Route, Routes }} from "react-router";
import {{ Layout }} from "@/components/Layout";
{imports}

export default function App() {{
  return (
    <BrowserRouter>
      <Routes>
        <Route element={{<Layout />}}>
          <Route index element={{<Dashboard />}} />
{routes}
        </Route>
      </Routes>
    </BrowserRouter>
  );
}}
"""
_LAYOUT = """import { Outlet } from "react-router";
import { Navigation } from "@/components/Navigation";
import { cn } from "@/lib/utils";

export function Layout() {
  return (
    <div className={cn("grid min-h-screen grid-cols-[14rem_1fr] bg-background")}>
      <Navigation />
      <main className={cn("mx-auto w-full max-w-6xl space-y-8 px-8 py-10")}>
        <Outlet />
      </main>
    </div>
  );
}
"""
_NAVIGATION = """import {{ {icons} }} from "lucide-react";
import {{ NavLink }} from "react-router";
import {{ cn }} from "@/lib/utils";

const links = [
{links}
];

export function Navigation() {{
  return (
    <nav className="flex flex-col gap-1 border-r p-4">
      {{links.map(({{ to, name, Icon }}) => (
        <NavLink
          key={{to}}
          to={{to}}
          className={{({{ isActive }}) =>
            cn("flex items-center gap-2 rounded-md px-3 py-2 text-sm hover:bg-accent", isActive && "bg-accent")
          }}
        >
          <Icon className="size-4" />
          {{name}}
        </NavLink>
      ))}}
    </nav>
  );
}}
"""
_HOOK = """import {{ useCallback, useEffect, useState }} from "react";

export function use{name}(initial = {n}) {{
  const [value, setValue] = useState(initial);
  useEffect(() => {{
    const restore = window.setTimeout(() => setValue((known) => known), 1_000);
    return () => window.clearTimeout(restore);
  }}, []);
  const more = useCallback(() => setValue((known) => known + 1), []);
  const reset = useCallback(() => setValue(initial), [initial]);
  return {{ value, more, reset }};
}}
"""
_DATA = """export type Row = {{ key: string; name: string; state: "open" | "paid" | "late"; cents: number }};

export const {name}: Row[] = [
{rows}
];
"""
_WIDGET = """import {{ {icon} as Icon }} from "lucide-react";
{imports}
import {{ orders }} from "@/data/orders";
import {{ use{hook} }} from "@/hooks/use-{slot}";
import {{ cn, money }} from "@/lib/utils";

export function {name}Panel({{ className }}: {{ className?: string }}) {{
  const {{ value, more }} = use{hook}({n});
  return (
    <{first} className={{cn("rounded-xl border p-{n} shadow-sm", className)}}>
      <header className="flex items-center gap-3">
        <Icon className="size-5 text-primary" />
        <h2 className="text-lg font-medium">{name}</h2>
      </header>
      <ul className="mt-4 divide-y">
        {{orders.slice(0, {n}).map((row) => (
          <li key={{row.key}} className="flex justify-between py-2 text-sm">
            <{second}>{{row.name}}</{second}>
            <b className={{cn("tabular-nums", row.state === "late" && "text-destructive")}}>{{money(row.cents)}}</b>
          </li>
        ))}}
      </ul>
      <button type="button" className="mt-3 text-xs underline" onClick={{more}}>
        seen {{value}} times
      </button>
    </{first}>
  );
}}
"""
_PAGE = """import {{ useState }} from "react";
{imports}
import {{ customers }} from "@/data/customers";
import {{ cn, initials, money }} from "@/lib/utils";

const states = ["open", "paid", "late"] as const;

export default function {name}() {{
  const [count, setCount] = useState(0);
  const [chosen, setChosen] = useState<string | null>(null);
  const shown = customers.filter((row) => !chosen || row.state === chosen);
  return (
    <div className="space-y-8">
      <header className="flex items-end justify-between gap-4">
        <div>
          <h1 className={{cn("text-3xl font-semibold")}}>{name}</h1>
          <p className="mt-1 text-muted-foreground">Everything about {slot}, as of today.</p>
        </div>
        <Button id="count" onClick={{() => setCount(count + 1)}}>
          {{count}}
        </Button>
      </header>
      <div className="flex gap-2">
        {{states.map((state) => (
          <Button key={{state}} variant={{chosen === state ? "default" : "outline"}} onClick={{() => setChosen(state)}}>
            {{state}}
          </Button>
        ))}}
        <Button variant="ghost" onClick={{() => setChosen(null)}}>
          all
        </Button>
      </div>
      <section className="grid gap-6 md:grid-cols-2 xl:grid-cols-3">
{panels}
      </section>
      <table className="w-full text-left text-sm">
        <tbody>
          {{shown.map((row) => (
            <tr key={{row.key}} className={{cn("border-b hover:bg-muted/40", row.state === "late" && "font-medium")}}>
              <td className="py-2">{{initials(row.name)}}</td>
              <td className="py-2">{{row.name}}</td>
              <td className="py-2 text-right tabular-nums">{{money(row.cents)}}</td>
            </tr>
          ))}}
        </tbody>
      </table>
      <footer className="flex flex-wrap gap-3 border-t pt-6">
{parts}
      </footer>
    </div>
  );
}}
"""


def files() -> dict[str, str]:
    """Return what is not a ui component, by path."""
    return {
        "src/main.tsx": _MAIN,
        "src/App.tsx": _app(),
        "src/components/Layout.tsx": _LAYOUT,
        "src/components/Navigation.tsx": _navigation(),
        **{f"src/components/{name}Panel.tsx": _widget(n, name) for n, name in enumerate(_WIDGETS)},
        **{f"src/hooks/use-{name}.ts": _HOOK.format(name=name.title(), n=n) for n, name in enumerate(_HOOKS)},
        **{f"src/data/{name}.ts": _DATA.format(name=name, rows=_rows()) for name in ("orders", "customers")},
        **{f"src/pages/{name}.tsx": _page(n, name) for n, name in enumerate(PAGES)},
    }


def _app() -> str:
    imports = "\n".join(f'import {name} from "@/pages/{name}";' for name in PAGES)
    routes = "\n".join(f'          <Route path="{slot(name)}" element={{<{name} />}} />' for name in PAGES[1:])
    return _APP.format(imports=imports, routes=routes)


def _navigation() -> str:
    named = zip(PAGES, _ICONS, strict=True)
    links = "\n".join(f'  {{ to: "/{slot(page)}", name: "{page}", Icon: {icon} }},' for page, icon in named)
    return _NAVIGATION.format(icons=", ".join(_ICONS), links=links.replace('"/dashboard"', '"/"'))


def _widget(n: int, name: str) -> str:
    first, second = NAMES[n % len(NAMES)], NAMES[(n * 5 + 20) % len(NAMES)]
    hook = _HOOKS[n % len(_HOOKS)]
    about = {"icon": _ICONS[n], "hook": hook.title(), "slot": hook, "n": n % 6 + 2}
    return _WIDGET.format(**about, name=name, first=first, second=second, imports=_imported((first, second)))


def _page(n: int, name: str) -> str:
    used = [NAMES[(n * 5 + m) % len(NAMES)] for m in range(8)]
    panels = [_WIDGETS[(n + m) % len(_WIDGETS)] for m in range(6)]
    imports = [f'import {{ {one}Panel }} from "@/components/{one}Panel";' for one in sorted(panels)]
    return _PAGE.format(
        name=name,
        slot=slot(name),
        imports="\n".join([*imports, _imported((*used, "Button"))]),
        panels="\n".join(f"        <{one}Panel />" for one in panels),
        parts="\n".join(f"        <{one}>{one}</{one}>" for one in used),
    )


def _imported(names: tuple[str, ...]) -> str:
    unique = sorted(set(names))
    return "\n".join(f'import {{ {name} }} from "@/components/ui/{slot(name)}";' for name in unique)


def _rows() -> str:
    states = ("open", "paid", "late")
    line = '  {{ key: "r{n}", name: "Person {n}", state: "{state}", cents: {cents} }},'
    return "\n".join(line.format(n=n, state=states[n % 3], cents=n * 1_337 % 90_000) for n in range(24))
