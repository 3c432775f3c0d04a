export function Header() {
  return (
    <header className="flex items-center justify-between gap-4">
      <strong className="text-lg tracking-tight">Crumb &amp; Co.</strong>
      <nav className="flex items-center gap-4 text-sm">
        <a href="#menu">Menu</a>
      </nav>
    </header>
  );
}
