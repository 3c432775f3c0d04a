import { Card } from "./Card";
import { products } from "./products";

export function Menu() {
  return (
    <ul id="menu" className="grid gap-4 sm:grid-cols-2">
      {products.map((product) => (
        <Card key={product.name} product={product} />
      ))}
    </ul>
  );
}
