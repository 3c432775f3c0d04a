import { price } from "./price";
import type { Product } from "./products";

export function Card({ product }: { product: Product }) {
  return (
    <li className="flex items-center justify-between rounded-2xl bg-white p-5 shadow-sm dark:bg-stone-900">
      <div>
        <h3 className="font-semibold">{product.name}</h3>
        <p className="text-sm text-stone-600 dark:text-stone-400">{product.about}</p>
      </div>
      <span className="tabular-nums">{price(product.cents)}</span>
    </li>
  );
}
