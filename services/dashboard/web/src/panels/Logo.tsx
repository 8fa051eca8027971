export function Logo() {
  return (
    <div className="logo">
      <img src="/icon.svg" alt="" width={26} height={26} />
      <span>
        Trading<b>System</b>
      </span>
    </div>
  )
}
