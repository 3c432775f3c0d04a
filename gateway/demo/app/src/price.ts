const format = new Intl.NumberFormat("en", { style: "currency", currency: "EUR" });

export const price = (cents: number) => format.format(cents / 100);
