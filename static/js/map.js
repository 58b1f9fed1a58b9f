/* The map with pan, zoom and a slider over days, in place of the drawing that the server made.

   The slider counts in the browser, by the rule of attacks/windows.py: an attack is certain in a
   window that holds its whole range of days, and possible in one that overlaps it. View, days and
   the chosen base stand in the address. */

const LARGEST = 34; // pixels: the radius of the largest circle, less on a narrow screen
const CLEAR = 3; // between a circle and its ring
const DAY = 86_400_000;
const WEEK = 7;
const SHOWN_FROM = { 0: 5, 1: 5, 2: 7, 3: 8 }; // the zoom from which towns of a rank, or bases, are named

async function start(holder) {
  const texts = holder.dataset;
  const [L, days, ground] = await Promise.all([
    import(texts.leaflet),
    json(texts.days),
    json(texts.basemap),
  ]);
  const figure = holder.querySelector("figure");
  const still = figure.querySelector(".drawn");
  const box = element("div", { className: "live" });
  still.after(box);
  still.setAttribute("hidden", "");

  const placed = days.sites.filter(({ lat }) => lat !== null);
  const map = mapIn(L, box, texts, placed.map(({ lat, lon }) => [lat, lon]));
  const towns = draw(L, map, ground, Boolean(texts.tiles));
  const sites = days.sites.map((site) => ({ ...site, ranges: [] }));
  for (const [place, ...range] of days.ranges) sites[place].ranges.push(range);
  const spots = circles(L, map, sites, texts);
  explain(figure.querySelector(".legend"), spots.sizes, texts);
  const update = () => {
    spots.update();
    place(map, [...spots.names(), ...towns], spots.areas());
  };

  const brush = brushOf(holder.querySelector(".brush"), days.ranges, ([since, until], named) => {
    for (const site of sites) site.count = counted(site.ranges, since, until);
    keepDays(named);
    update();
    tell(holder, sites, texts);
  });
  map.on("moveend", () => {
    update();
    keepView(map);
  });
  onPaper(map, box);
  const chosen = new URLSearchParams(location.search).get("site");
  brush?.show();
  if (brush && chosen) spots.choose(chosen);
}

const json = async (address) => {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return answer.json();
};

function element(name, properties = {}, ...children) {
  const one = Object.assign(document.createElement(name), properties);
  one.append(...children);
  return one;
}

// Counts

/** Days are written as 2024-01-31, so that the order of texts is that of days. */
function counted(ranges, since, until) {
  const sum = { certain: 0, possible: 0 };
  for (const [earliest, latest, certain, possible] of ranges) {
    if (latest >= since && earliest <= until) sum.possible += possible;
    if (earliest >= since && latest <= until) sum.certain += certain;
  }
  return sum;
}

function words({ certain, possible }, texts) {
  const text = certain === possible ? texts.attacks : texts.attacksRange;
  return text.replace("{certain}", certain).replace("{possible}", possible);
}

const short = ({ certain, possible }) =>
  certain === possible ? `${certain}` : `${certain}–${possible}`;

// The ground

function mapIn(L, box, texts, places) {
  const rtl = document.documentElement.dir === "rtl";
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const map = L.map(box, {
    zoomControl: false,
    attributionControl: false,
    zoomSnap: 0.25,
    zoomDelta: 0.5,
    minZoom: 5,
    maxZoom: 12,
    maxBounds: [[27, 32], [40, 51]],
    zoomAnimation: !calm,
    fadeAnimation: !calm,
    markerZoomAnimation: !calm,
    inertia: !calm,
  });
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", texts.label);
  L.control
    .zoom({
      position: rtl ? "topright" : "topleft",
      zoomInTitle: texts.zoomIn,
      zoomOutTitle: texts.zoomOut,
    })
    .addTo(map);
  const credits = L.control.attribution({ prefix: false, position: "bottomright" }).addTo(map);
  credits.addAttribution(element("span", { textContent: texts.credits }).outerHTML);
  const { lat, lon, zoom } = Object.fromEntries(new URLSearchParams(location.search));
  const view = [lat, lon, zoom].map((text) => parseFloat(text));
  if (view.every(Number.isFinite)) map.setView([view[0], view[1]], view[2]);
  else if (places.length > 1) map.fitBounds(places, { padding: [40, 40], maxZoom: 8 });
  else map.setView(places[0] ?? [35, 41], 7);
  if (texts.tiles) {
    const credit = element("span", { textContent: texts.tilesCredit }).outerHTML;
    L.tileLayer(texts.tiles, { attribution: credit, referrerPolicy: "no-referrer" }).addTo(map);
  }
  return map;
}

const OF_THE_RECORD = ["SY", "IQ", "JO"];

const KINDS = {
  countries: ({ disputed, iso2 }) =>
    disputed ? "land disputed" : OF_THE_RECORD.includes(iso2) ? "land" : "land around",
  admin1_lines: () => "governorate",
  lakes: () => "lake",
  rivers: ({ rank }) => (rank === 1 ? "river" : "river lesser"),
  borders: ({ status }) => (status === "international" ? "border" : "border unsettled"),
};

function draw(L, map, ground, onTiles) {
  for (const [layer, kind] of Object.entries(KINDS)) {
    if (layer === "countries" && onTiles) continue;
    L.geoJSON(ground[layer], {
      interactive: false,
      smoothFactor: 0.7,
      style: ({ properties }) => ({ className: kind(properties) }),
    }).addTo(map);
  }
  map.createPane("names").style.zIndex = 455;
  const language = document.documentElement.lang;
  const towns = ground.places.features.map(({ geometry, properties }) => {
    const [lon, lat] = geometry.coordinates;
    const name = properties[`name_${language}`] || properties.name_en;
    return { ...named(L, [lat, lon], name, "town"), rank: properties.rank, reach: 2 };
  });
  return towns.sort((one, other) => one.rank - other.rank);
}

/** A name at a place; `place` says whether and on which side of it. */
function named(L, at, name, kind) {
  const text = element("bdi", { textContent: name });
  const icon = L.divIcon({ className: kind, iconSize: [0, 0], html: text });
  const marker = L.marker(at, { icon, pane: "names", interactive: false, keyboard: false });
  return { marker, text };
}

/** Names beside their places, the first before the others, where they hide no circle or name. */
function place(map, names, circles) {
  const { x: wide, y: high } = map.getSize();
  const controls = map.getContainer().querySelector(".leaflet-control-zoom");
  const beyond = controls.offsetLeft + controls.offsetParent.offsetLeft;
  const corner = [beyond, 0, beyond + controls.offsetWidth + 4, controls.offsetHeight + 16];
  const taken = [corner, ...circles];
  for (const { marker, text, rank, reach } of names) {
    const { x, y } = map.latLngToContainerPoint(marker.getLatLng());
    const long = lengthOf(text) + 6;
    const starts = [x + reach + 4, x - reach - 4 - long];
    const left = starts.find((start) => {
      const area = [start, y - 9, start + long, y + 9];
      const inside = start > 2 && start + long < wide - 2 && y > 10 && y < high - 26;
      return inside && !taken.some((other) => meet(area, other));
    });
    const shown = reach && left !== undefined && map.getZoom() >= SHOWN_FROM[rank];
    if (!shown) {
      marker.remove();
      continue;
    }
    taken.push([left, y - 9, left + long, y + 9]);
    marker.addTo(map);
    text.style.left = `${left - x}px`;
  }
}

const pen = document.createElement("canvas").getContext("2d");

/** How long a name is when it is drawn, in pixels. */
function lengthOf({ textContent, parentElement }) {
  const weight = parentElement?.classList.contains("town") ? 400 : 600;
  pen.font = `${weight} 13px ${getComputedStyle(document.body).fontFamily}`;
  return pen.measureText(textContent).width;
}

const meet = (one, other) =>
  one[0] < other[2] && other[0] < one[2] && one[1] < other[3] && other[1] < one[3];

// The circles

function circles(L, map, sites, texts) {
  for (const [pane, order] of [["rings", 420], ["sites", 450], ["numbers", 460]]) {
    map.createPane(pane).style.zIndex = order;
  }
  map.getPane("numbers").classList.add("numbers");
  const rings = L.svg({ pane: "rings" });
  const renderer = L.svg({ pane: "sites" });
  const all = sites.map((site) => counted(site.ranges, "", "9999").possible);
  const most = Math.max(1, ...sites.map((site, at) => (site.lat === null ? 0 : all[at])));
  const largest = Math.max(18, Math.min(LARGEST, map.getSize().x / 24));
  const radius = (number) => largest * Math.sqrt(number / most);
  const order = sites.map((_, at) => at).sort((one, other) => all[other] - all[one]);

  const spots = order
    .map((at) => sites[at])
    .filter((site) => site.lat !== null)
    .map((site) => {
      const at = [site.lat, site.lon];
      const ring = L.circleMarker(at, { renderer: rings, interactive: false, className: "ring" });
      const spot = L.circleMarker(at, { renderer, interactive: false, className: "spot" });
      const outline = L.circleMarker(at, { renderer, className: "outline" });
      const label = element("span");
      const icon = L.divIcon({ className: "number", iconSize: [0, 0], html: label });
      const number = L.marker(at, { icon, pane: "numbers", interactive: false, keyboard: false });
      const popup = L.popup({ autoPanPadding: [20, 20], closeButton: true });
      const said = () => `${site.name}. ${words(site.count, texts)}`;
      outline.bindTooltip(() => element("span", { textContent: said() }), { direction: "top" });
      const open = () => {
        popup.setLatLng(at).setContent(card(site, texts)).openOn(map);
        popup.getElement().querySelector(".leaflet-popup-close-button")?.setAttribute("aria-label", texts.close);
      };
      outline.on("click", open);
      const title = named(L, at, site.name, "base");
      return { site, at, ring, spot, outline, number, label, popup, open, title };
    });

  let chosen = null;
  map.on("popupopen", ({ popup }) => {
    chosen = spots.find((one) => one.popup === popup) ?? null; // two bases may share a place
    keep({ site: chosen?.site.slug ?? "" });
  });
  map.on("popupclose", () => keep({ site: "" }));
  map.getContainer().addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    map.closePopup();
    chosen?.outline.getElement()?.focus();
  });

  /** Whether a smaller circle, which lies above, would hide its number. */
  const isCovered = (site) => {
    const at = spots.findIndex((one) => one.site === site);
    const here = map.latLngToContainerPoint(spots[at].at);
    return spots.slice(at + 1).some(({ site: other, at: there }) => {
      const off = here.distanceTo(map.latLngToContainerPoint(there));
      return other.count.possible && off < radius(other.count.possible) + 6;
    });
  };

  return {
    sizes: [...new Set([1, Math.max(1, Math.round(most / 4)), most])].map((one) => [one, radius(one)]),
    names: () =>
      spots.map(({ site, title }) => ({
        ...title,
        rank: 0,
        reach: site.count.possible && radius(site.count.possible) + 3,
      })),
    update() {
      const kilometre = map.getZoomScale(map.getZoom(), 0) * (256 / 40_075);
      for (const { site, at, ring, spot, outline, number, label, open, title } of spots) {
        const { certain, possible } = site.count;
        if (!possible) {
          for (const layer of [ring, spot, outline, number]) layer.remove();
          continue;
        }
        const large = radius(possible);
        const unsure = (site.km * kilometre) / Math.cos((at[0] * Math.PI) / 180);
        if (site.km) ring.setRadius(Math.max(unsure, large + CLEAR)).addTo(map);
        outline.setRadius(large).addTo(map);
        if (certain) spot.setRadius(radius(certain)).addTo(map);
        else spot.remove();
        reachable(outline.getElement(), `${site.name}. ${words(site.count, texts)}`, open, () => {
          if (!map.getBounds().contains(at)) map.panTo(at);
        });
        // On what is certain, or on a circle of which nothing is: never across an edge.
        const room = 2 * radius(certain || possible);
        const inside = short(site.count).length * 7 + 4 < room && !isCovered(site);
        label.textContent = short(site.count);
        label.className = certain ? "" : "open";
        if (inside) number.addTo(map);
        else number.remove();
        title.text.textContent = inside ? site.name : `${site.name} ${short(site.count)}`;
      }
    },
    areas: () =>
      spots
        .filter(({ site }) => site.count.possible)
        .map(({ site, at }) => {
          const { x, y } = map.latLngToContainerPoint(at);
          const large = radius(site.count.possible);
          return [x - large, y - large, x + large, y + large];
        }),
    choose: (slug) => spots.find(({ site }) => site.slug === slug && site.count.possible)?.open(),
  };
}

/** What the sizes of circles mean on this map, whose scale is not that of the drawing. */
function explain(legend, sizes, texts) {
  for (const old of legend.querySelectorAll(".size")) old.closest("li").remove();
  const items = sizes.map(([number, radius]) => {
    const wide = Math.ceil(2 * radius + 2);
    const svg = drawn("svg", { class: "swatch", width: wide, height: wide, "aria-hidden": "true" });
    svg.append(drawn("circle", { class: "spot", cx: wide / 2, cy: wide / 2, r: radius }));
    return element("li", {}, svg, " ", words({ certain: number, possible: number }, texts));
  });
  legend.prepend(...items);
}

function drawn(name, attributes) {
  const one = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) one.setAttribute(key, value);
  return one;
}

/** A circle as a button: Tab reaches it and brings it into view, Enter and Space open it. */
function reachable(circle, name, open, bring) {
  if (!circle) return;
  circle.setAttribute("aria-label", name);
  if (circle.hasAttribute("tabindex")) return;
  circle.setAttribute("tabindex", "0");
  circle.setAttribute("role", "button");
  circle.addEventListener("focus", bring);
  circle.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    open();
  });
}

function card(site, texts) {
  const name = element("a", { href: site.href }, element("bdi", { textContent: site.name }));
  const list = element("a", { href: inDays(site.incidents), textContent: words(site.count, texts) });
  return element("div", {}, element("p", {}, element("strong", {}, name)), element("p", {}, list));
}

// The slider

/** Two handles over the days on record. `moved` gets both, and those that leave something out. */
function brushOf(set, ranges, moved) {
  if (!ranges.length) return null;
  // Wide enough for the asked days: moved to those on record, they would show what nobody asked for.
  const given = { since: field("since")?.value ?? "", until: field("until")?.value || "9999" };
  const first = Date.parse(ranges.reduce((day, [, one]) => (one < day ? one : day), given.until));
  const last = Date.parse(ranges.reduce((day, [, , one]) => (one > day ? one : day), given.since));
  const length = (last - first) / DAY;
  const [since, until] = set.querySelectorAll("input");
  const [play, all] = set.querySelectorAll("button");
  const { lang } = document.documentElement;
  // As pages have it: the day before the month, the months of the Levant, Western digits.
  const language = { en: "en-GB", ar: "ar-SY-u-nu-latn" }[lang] ?? lang;
  const form = new Intl.DateTimeFormat(language, { dateStyle: "long", timeZone: "UTC" });
  const iso = (place) => new Date(first + place * DAY).toISOString().slice(0, 10);
  const asked = (name, otherwise) => {
    const day = Date.parse(given[name]);
    return Number.isNaN(day) ? otherwise : Math.min(length, Math.max(0, (day - first) / DAY));
  };
  since.max = until.max = length;
  since.value = asked("since", 0);
  until.value = asked("until", length);

  function show() {
    for (const input of [since, until]) {
      const day = form.format(first + input.valueAsNumber * DAY);
      input.setAttribute("aria-valuetext", day);
      input.previousElementSibling.textContent = day;
    }
    const shown = [iso(since.valueAsNumber), iso(until.valueAsNumber)];
    // An end beyond which there is nothing is left open: what is recorded later lies in it too.
    moved(shown, [shown[0] > iso(0) ? shown[0] : "", shown[1] < iso(length) ? shown[1] : ""]);
  }

  let timer = null;
  const stop = () => {
    clearInterval(timer);
    timer = null;
    play.textContent = play.dataset.play;
  };
  const step = () => {
    until.value = Math.min(length, until.valueAsNumber + WEEK);
    show();
    if (until.valueAsNumber >= length) stop();
  };
  since.addEventListener("input", () => {
    stop();
    if (since.valueAsNumber > until.valueAsNumber) until.value = since.value;
    show();
  });
  until.addEventListener("input", () => {
    stop();
    if (until.valueAsNumber < since.valueAsNumber) since.value = until.value;
    show();
  });
  play.addEventListener("click", () => {
    if (timer) return stop();
    if (until.valueAsNumber >= length) until.value = since.value;
    step();
    // Who wants no motion moves on a week at a time, by pressing again.
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    timer = setInterval(step, 400);
    play.textContent = play.dataset.pause;
  });
  all.addEventListener("click", () => {
    stop();
    since.value = 0;
    until.value = length;
    show();
  });
  set.hidden = false;
  document.querySelector("[data-asked-days]")?.remove(); // on paper the days of the slider stand
  return { show };
}

/** On paper as wide as the paper, showing what the screen showed. */
function onPaper(map, box) {
  let view = null;
  const fit = (isPaper, show) => {
    box.classList.toggle("on-paper", isPaper);
    map.invalidateSize({ animate: false, pan: false });
    show();
  };
  addEventListener("beforeprint", () => {
    const bounds = map.getBounds();
    view = [map.getCenter(), map.getZoom()];
    fit(true, () => map.fitBounds(bounds, { animate: false }));
  });
  addEventListener("afterprint", () => fit(false, () => map.setView(...view, { animate: false })));
}

// What the rest of the page says

const field = (name) => document.querySelector(`.of-the-map [name="${name}"]`);

/** The total, the table and the list beside the map, for the days that are chosen. */
function tell(holder, sites, texts) {
  const shown = sites.filter(({ count }) => count.possible);
  shown.sort((one, other) => other.count.possible - one.count.possible);
  const sum = { certain: 0, possible: 0 };
  for (const { count } of shown) {
    sum.certain += count.certain;
    sum.possible += count.possible;
  }
  const total = document.querySelector("[data-total]");
  total.textContent = words(sum, texts);

  const body = holder.querySelector("figure tbody");
  body.replaceChildren(
    ...shown.map((site) => {
      const name = element("th", { scope: "row" }, link(site.href, element("bdi", { textContent: site.name })));
      const numbers = [site.count.certain, site.count.possible].map((number) =>
        element("td", { className: "number" }, link(inDays(site.incidents), `${number}`)),
      );
      const place = element("td", { textContent: site.known_to });
      return element("tr", {}, name, ...numbers, place);
    }),
  );
  const beside = holder.querySelector("figure .beside");
  const unplaced = shown.filter(({ lat }) => lat === null);
  beside.hidden = !unplaced.length;
  beside.querySelector("ul").replaceChildren(
    ...unplaced.map((site) =>
      element("li", {}, link(site.href, element("bdi", { textContent: site.name })), ": ", link(inDays(site.incidents), short(site.count))),
    ),
  );
}

const link = (href, content) => element("a", { href }, content);

// The address

function keep(values) {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(values)) {
    if (value === "") query.delete(name);
    else query.set(name, value);
  }
  const text = query.toString();
  history.replaceState(history.state, "", text ? `?${text}` : location.pathname);
  for (const other of document.querySelectorAll(".languages a")) other.search = text;
  document.querySelector("p.printed [dir=ltr]").textContent = location.href;
}

function keepView(map) {
  const { lat, lng } = map.getCenter();
  keep({ lat: lat.toFixed(3), lon: lng.toFixed(3), zoom: `${map.getZoom()}` });
}

let daysAsked = ["", ""];

function keepDays([since, until]) {
  daysAsked = [since, until];
  keep({ since, until });
  for (const name of ["since", "until"]) {
    if (field(name)) field(name).value = name === "since" ? since : until;
  }
  for (const one of document.querySelectorAll("[data-total], .take a, .formats a, .active a")) {
    one.href = inDays(one.href);
  }
}

/** An address of ours with these days in place of its own. */
function inDays(href) {
  const address = new URL(href, location.href);
  for (const [at, name] of ["since", "until"].entries()) {
    if (daysAsked[at]) address.searchParams.set(name, daysAsked[at]);
    else address.searchParams.delete(name);
  }
  return `${address.pathname}${address.search}`;
}

const holder = document.querySelector(".live-map");
if (holder) start(holder);
