const hours = { "Monday to Friday": "6:30 – 18:00", Saturday: "7:00 – 14:00", Sunday: "closed" };

export function Hours() {
  return (
    <dl className="mt-10 grid max-w-xs grid-cols-2 gap-y-1 text-sm">
      {Object.entries(hours).map(([day, time]) => (
        <div key={day} className="contents">
          <dt>{day}</dt>
          <dd className="tabular-nums">{time}</dd>
        </div>
      ))}
    </dl>
  );
}
