"""The ui components of the app: each a file with a few parts, as shadcn/ui writes them. Pure."""

from collections.abc import Iterator
from itertools import cycle, islice

_LISTED = (
    "Accordion Alert AlertDialog AspectRatio Avatar Badge Breadcrumb Button ButtonGroup Calendar Card Carousel Chart "
    "Checkbox Collapsible Command ContextMenu Dialog Drawer DropdownMenu Empty Field Form HoverCard Input InputGroup "
    "InputOtp Item Kbd Label Menubar NavigationMenu Pagination Popover Progress RadioGroup Resizable ScrollArea Select "
    "Separator Sheet Sidebar Skeleton Slider Sonner Spinner Switch Table Tabs"
)
NAMES = tuple(_LISTED.split())
_PARTS = ("", "Header", "Title", "Description", "Content", "Item", "Action", "Footer")
_LAYOUT = (
    "flex flex-col gap-{n}",
    "grid auto-rows-min items-start gap-{n}",
    "inline-flex items-center justify-between p-{n}",
    "relative w-full px-{n} py-2",
    "flex flex-wrap items-center gap-2 pt-{n}",
    "relative min-w-{n} overflow-hidden",
)
_LOOK = (
    "rounded-lg border bg-card text-foreground shadow-sm",
    "text-sm leading-none font-medium tracking-tight",
    "text-muted-foreground text-sm/relaxed",
    "bg-primary/90 text-background hover:bg-primary",
    "border-border/60 hover:bg-accent/40 dark:bg-muted/30",
    "rounded-md bg-secondary/70 backdrop-blur-sm dark:border-white/10",
    "text-destructive dark:text-destructive/80",
)
_STATES = (
    "transition-colors duration-{n}00 ease-out",
    "focus-visible:ring-[{n}px] focus-visible:ring-accent/50 focus-visible:outline-none",
    "data-[state=open]:animate-in data-[state=closed]:animate-out data-[state=open]:zoom-in-9{n}",
    "disabled:pointer-events-none disabled:opacity-{n}0",
    "[&_svg]:size-{n} [&_svg]:shrink-0",
    "aria-invalid:border-destructive sm:max-w-{n}xl lg:gap-{n}",
)
_VARIANTS = """
const {variable}Variants = cva("inline-flex items-center justify-center gap-2 whitespace-nowrap rounded-md text-sm", {{
  variants: {{
    variant: {{
      default: "bg-primary text-background shadow-xs hover:bg-primary/90",
      destructive: "bg-destructive text-white shadow-xs hover:bg-destructive/90",
      outline: "border bg-background shadow-xs hover:bg-accent dark:bg-muted/30",
      secondary: "bg-secondary text-foreground shadow-xs hover:bg-secondary/80",
      ghost: "hover:bg-accent dark:hover:bg-accent/50",
      link: "text-primary underline-offset-4 hover:underline",
    }},
    size: {{ default: "h-9 px-4 py-2", sm: "h-8 gap-1.5 px-3", lg: "h-10 px-6", icon: "size-9" }},
  }},
  defaultVariants: {{ variant: "default", size: "default" }},
}});
"""
_PART = """
function {name}({{ className, ...props }}: React.ComponentProps<"{element}">) {{
  return (
    <{element}
      data-slot="{slot}"
      className={{cn(
        "{first}",
        "{second}",
        className,
      )}}
      {{...props}}
    />
  );
}}
"""
_CHOSEN = """
function {name}({{
  className,
  variant,
  size,
  ...props
}}: React.ComponentProps<"{element}"> & VariantProps<typeof {variable}Variants>) {{
  return (
    <{element} data-slot="{slot}" className={{cn({variable}Variants({{ variant, size }}), className)}} {{...props}} />
  );
}}
"""


def slot(name: str) -> str:
    """Return a component's name as its file and its markup bear it."""
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("-")


def files() -> dict[str, str]:
    """Return every component's file; each seventh has variants, which it exports beside its components."""
    return {f"src/components/ui/{slot(name)}.tsx": _file(n, name) for n, name in enumerate(NAMES)}


def _file(n: int, name: str) -> str:
    varies = n % 7 == 0  # the button is among them, as everywhere
    parts = [f"{name}{part}" for part in islice(cycle(_PARTS), 4 + n % 5)][: len(_PARTS)]
    variable = name[0].lower() + name[1:]
    exported = [*parts, *([f"{variable}Variants"] if varies else [])]
    head = 'import { type VariantProps, cva } from "class-variance-authority";\n' if varies else ""
    first = (_VARIANTS + _CHOSEN).format(**_about(n, name), variable=variable) if varies else _part(n, name)
    rest = "".join(_part(n + 3 * m, part) for m, part in enumerate(parts) if m)
    imports = f'import type * as React from "react";\n{head}\nimport {{ cn }} from "@/lib/utils";\n'
    return f"{imports}{first}{rest}\nexport {{ {', '.join(exported)} }};\n"


def _part(n: int, name: str) -> str:
    first, second = _classes(n)
    return _PART.format(**_about(n, name), first=first, second=second)


def _about(n: int, name: str) -> dict[str, str]:
    return {"name": name, "slot": slot(name), "element": "button" if name == "Button" else _ELEMENTS[n % 3]}


def _classes(n: int) -> Iterator[str]:
    layout, look, state = _LAYOUT[n % len(_LAYOUT)], _LOOK[n % len(_LOOK)], _STATES[n % len(_STATES)]
    yield f"{layout} {look}".format(n=n % 9 + 1)
    yield state.format(n=n % 5 + 1)


_ELEMENTS = ("div", "section", "span")
