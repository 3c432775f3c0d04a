import { useState } from "react";
import type { Product } from "./products";

export function useBasket() {
  const [items, setItems] = useState<Product[]>([]);
  return {
    items,
    add: (product: Product) => setItems((before) => [...before, product]),
    empty: () => setItems([]),
  };
}

export type Items = ReturnType<typeof useBasket>;
