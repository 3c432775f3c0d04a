"""What such an app has besides: its configuration, a chart, a form, motion, and some primitives at work. Pure."""

CONFIG = """import type { Config } from "tailwindcss";
import animate from "tailwindcss-animate";

const colour = (name: string) => `hsl(var(--${name}) / <alpha-value>)`;

export default {
  darkMode: ["class"],
  content: ["./index.html", "./src/**/*.{ts,tsx}"],
  theme: {
    container: { center: true, padding: "2rem", screens: { "2xl": "1400px" } },
    extend: {
      colors: {
        border: colour("border"), background: colour("background"), foreground: colour("foreground"),
        primary: { DEFAULT: colour("primary"), foreground: colour("background") },
        secondary: { DEFAULT: colour("secondary"), foreground: colour("foreground") },
        muted: { DEFAULT: colour("muted"), foreground: colour("foreground") },
        accent: { DEFAULT: colour("accent"), foreground: colour("foreground") },
        destructive: colour("destructive"), card: colour("card"),
      },
      borderRadius: { lg: "var(--radius)", md: "calc(var(--radius) - 2px)", sm: "calc(var(--radius) - 4px)" },
      keyframes: {
        "accordion-down": { from: { height: "0" }, to: { height: "var(--radix-accordion-content-height)" } },
      },
      animation: { "accordion-down": "accordion-down 0.2s ease-out" },
    },
  },
  plugins: [animate],
} satisfies Config;
"""
STYLES = """@tailwind base;
@tailwind components;
@tailwind utilities;

@layer base {
  :root {
    --background: 0 0% 100%; --foreground: 222 47% 11%; --card: 0 0% 100%; --primary: 222 47% 11%;
    --secondary: 210 40% 96%; --muted: 210 40% 96%; --accent: 210 40% 96%; --destructive: 0 84% 60%;
    --border: 214 32% 91%; --radius: 0.5rem;
  }
  .dark { --background: 222 84% 5%; --foreground: 210 40% 98%; --primary: 210 40% 98%; --border: 217 33% 18%; }
  * { @apply border-border; }
  body { @apply bg-background text-foreground; }
  h1 { letter-spacing: 0px; }
}
"""
_TREND = """import { CartesianGrid, Line, LineChart, Tooltip, XAxis, YAxis } from "recharts";
import { orders } from "@/data/orders";

export function Trend() {
  return (
    <LineChart width={640} height={220} data={orders}>
      <CartesianGrid strokeDasharray="3 3" />
      <XAxis dataKey="name" />
      <YAxis />
      <Tooltip />
      <Line type="monotone" dataKey="cents" stroke="currentColor" isAnimationActive={false} />
    </LineChart>
  );
}
"""
_SIGN_UP = """import { zodResolver } from "@hookform/resolvers/zod";
import { useForm } from "react-hook-form";
import { z } from "zod";
import { Button } from "@/components/ui/button";

const schema = z.object({ email: z.string().email(), seats: z.coerce.number().min(1) });
type Values = z.infer<typeof schema>;

export function SignUp() {
  const { register, handleSubmit, formState } = useForm<Values>({ resolver: zodResolver(schema) });
  return (
    <form className="grid gap-3" onSubmit={handleSubmit(() => undefined)}>
      <input className="rounded-md border px-3 py-2" placeholder="name@example.com" {...register("email")} />
      <p className="text-sm text-destructive">{formState.errors.email?.message}</p>
      <input className="rounded-md border px-3 py-2" type="number" {...register("seats")} />
      <Button type="submit">Begin</Button>
    </form>
  );
}
"""
_REVEAL = """import { motion } from "framer-motion";
import type { ReactNode } from "react";

export function Reveal({ children }: { children: ReactNode }) {
  return (
    <motion.div initial={{ opacity: 0, y: 8 }} animate={{ opacity: 1, y: 0 }} transition={{ duration: 0.2 }}>
      {children}
    </motion.div>
  );
}
"""
_PRIMITIVES = """import * as Accordion from "@radix-ui/react-accordion";
import * as Dialog from "@radix-ui/react-dialog";
import * as Select from "@radix-ui/react-select";
import * as Switch from "@radix-ui/react-switch";
import * as Tabs from "@radix-ui/react-tabs";
import { Check } from "lucide-react";

export function Primitives() {
  return (
    <Tabs.Root defaultValue="one" className="space-y-4">
      <Tabs.List>
        <Tabs.Trigger value="one">One</Tabs.Trigger>
        <Tabs.Trigger value="two">Two</Tabs.Trigger>
      </Tabs.List>
      <Tabs.Content value="one">
        <Accordion.Root type="single" collapsible>
          <Accordion.Item value="first">
            <Accordion.Trigger>More</Accordion.Trigger>
            <Accordion.Content className="data-[state=open]:animate-accordion-down">All of it.</Accordion.Content>
          </Accordion.Item>
        </Accordion.Root>
        <Switch.Root className="h-5 w-9 rounded-full bg-muted">
          <Switch.Thumb className="block size-4 rounded-full bg-background" />
        </Switch.Root>
        <Select.Root>
          <Select.Trigger className="rounded-md border px-3 py-1">
            <Select.Value placeholder="Choose" />
            <Select.Icon><Check className="size-4" /></Select.Icon>
          </Select.Trigger>
        </Select.Root>
        <Dialog.Root>
          <Dialog.Trigger className="underline">Open</Dialog.Trigger>
        </Dialog.Root>
      </Tabs.Content>
    </Tabs.Root>
  );
}
"""
#: The components that the layout shows on every page.
GALLERY = ("Reveal", "Trend", "SignUp", "Primitives")
PARTS = {
    f"src/components/{name}.tsx": text
    for name, text in zip(GALLERY, (_REVEAL, _TREND, _SIGN_UP, _PRIMITIVES), strict=True)
}
