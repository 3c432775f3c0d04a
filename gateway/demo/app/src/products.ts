export type Product = { name: string; about: string; cents: number };

export const products: Product[] = [
  { name: "Country loaf", about: "Rye and wheat, baked dark", cents: 540 },
  { name: "Baguette", about: "From the stone, every hour", cents: 190 },
  { name: "Croissant", about: "Three days of butter", cents: 260 },
  { name: "Poppy roll", about: "Small, round, gone by nine", cents: 95 },
];
