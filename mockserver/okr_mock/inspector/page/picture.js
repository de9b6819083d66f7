// A picture of a record: fetched from the world by its token, whatever address it was given.

import { call } from "./api.js";
import { h } from "./dom.js";
import { shown } from "./text.js";
import { t } from "./words.js";

const LARGEST = 480;

/** Draw an image of a gallery; one that was never uploaded is a frame that says so. */
export function drawPicture(image, world) {
  const token = String(image?.fileToken ?? image?.file_token ?? "").slice(0, 100);
  const frame = h("figure", { class: "picture", "data-token": token });
  const [width, height] = [Number(image?.width), Number(image?.height)];
  if (width > 0 && height > 0) {
    frame.style.setProperty("width", `${Math.min(width, LARGEST)}px`);
    frame.style.setProperty("aspect-ratio", `${width} / ${height}`);
  }
  load(frame, token, world);
  return frame;
}

async function load(frame, token, world) {
  try {
    const blob = await (await call("image", { query: { world, token } })).blob();
    const address = URL.createObjectURL(blob);
    const picture = h("img", { alt: t("record.picture", { token }), src: address });
    picture.addEventListener("load", () => URL.revokeObjectURL(address));
    frame.replaceChildren(picture);
  } catch {
    frame.classList.add("missing");
    frame.replaceChildren(h("span", {}, t("record.noPicture")), h("code", {}, shown(token)));
  }
}
