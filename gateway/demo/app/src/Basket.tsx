import { price } from "./price";
import type { Items } from "./useBasket";

export function Basket({ items, empty }: Items) {
  if (!items.length) return null;
  const total = items.reduce((sum, item) => sum + item.cents, 0);
  return (
    <aside className="mt-6 flex items-center justify-between rounded-2xl bg-amber-700 p-5 text-white">
      <output>
        {items.length} in the basket, {price(total)}
      </output>
      <button type="button" onClick={empty} className="underline">
        Empty it
      </button>
    </aside>
  );
}
