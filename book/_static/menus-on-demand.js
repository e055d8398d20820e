// What opens menus and shows tooltips, 24 KB, is loaded when the reader first points, types or clicks.
// A click on the button of a menu that comes before is repeated.
{
  const source = new URL("scripts/bootstrap.js", document.currentScript.src).href;
  const EVENTS = ["pointermove", "pointerdown", "keydown", "focusin", "click"];
  let script, button;
  const respond = ({ type, target }) => {
    if (type === "click") button = target.closest("[data-bs-toggle='dropdown']");
    if (script) return;
    script = Object.assign(document.createElement("script"), { src: source });
    script.onload = () => {
      EVENTS.forEach((name) => removeEventListener(name, respond));
      button?.click();
    };
    document.head.append(script);
  };
  EVENTS.forEach((name) => addEventListener(name, respond, { passive: true }));
}
