const pictures = import.meta.glob<string>("./pictures/*", { eager: true, import: "default", query: "?url" });

export function Hero() {
  const [picture] = Object.values(pictures);
  return (
    <section className="my-8 grid items-center gap-8 sm:grid-cols-2">
      <div>
        <h1 className="text-4xl font-semibold tracking-tight">Good bread</h1>
        <p className="mt-3 text-stone-600 dark:text-stone-400">Flour, water, salt and a night's rest.</p>
      </div>
      {picture && <img src={picture} alt="A loaf on a table" className="aspect-square rounded-3xl object-cover" />}
    </section>
  );
}
