export default function App() {
  return (
    <div className="mx-auto max-w-4xl px-6 py-8">
      <h1 className="text-4xl font-semibold">Crumb &amp; Co.</h1>
    </div>
  );
}
