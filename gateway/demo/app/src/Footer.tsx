export function Footer() {
  return <footer className="mt-10 text-sm text-stone-500">Made by hand, and by tools that you could watch.</footer>;
}
