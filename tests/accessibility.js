// What axe finds on the page as it stands, one line for each element. Pages repeat themselves, so axe looks at the first
// two of the siblings that are built alike, and at the contrast of the first two elements of the same look.
async () => {
  const STATES = ["style", "type", "role", "open", "hidden", "disabled", "fill", "stroke", "opacity", "aria-current",
    "aria-pressed", "aria-expanded", "aria-selected", "aria-checked", "aria-disabled", "aria-invalid"]
  const own = element =>
    [element.tagName, element.getAttribute("class"), element.checked, ...STATES.map(name => element.getAttribute(name))]

  // A number for the tags, classes, attributes and states of an element and of all in it, and for where it has text.
  const numbers = new Map(), structures = new Map()
  const structure = element => {
    if (structures.has(element)) return structures.get(element)
    const attributes = element.getAttributeNames().filter(name => !["id", "class", "data-repeated"].includes(name))
    const inside = [...element.childNodes].map(node =>
      node.nodeType === Node.ELEMENT_NODE ? structure(node) : node.data.trim() && "text")
    const key = [...own(element), ...attributes, ...new Set(inside)].join("|")
    if (!numbers.has(key)) numbers.set(key, numbers.size)
    structures.set(element, numbers.get(key))
    return numbers.get(key)
  }
  const takenOut = []
  const takeOutRepeated = parent => {
    const seen = new Map()
    for (const child of [...parent.children]) {
      const times = (seen.get(structure(child)) ?? 0) + 1
      seen.set(structure(child), times)
      if (times > 2) {
        const place = document.createComment("")
        child.replaceWith(place)
        takenOut.push([place, child])
      } else takeOutRepeated(child)
    }
  }

  // Colours follow from the style sheets, and from the tags, classes and states of an element and of all around it.
  const hash = text => {
    let [high, low] = [0x9e3779b9, 0x85ebca6b]
    for (let place = 0; place < text.length; place++) {
      high = Math.imul(high ^ text.charCodeAt(place), 0x01000193)
      low = Math.imul(low ^ text.charCodeAt(place), 0x5bd1e995)
    }
    return `${(high >>> 0).toString(36)}.${(low >>> 0).toString(36)}`
  }
  const looks = JSON.parse(sessionStorage.getItem(`looks-${innerWidth}`) ?? "{}") // how often, on the pages before too
  const markRepeatedLook = (element, around) => {
    const data = Object.keys(element.dataset).filter(name => name !== "repeated")
    const look = hash([around, ...own(element), ...data].join("|"))
    element.toggleAttribute("data-repeated", looks[look] >= 2)
    looks[look] = (looks[look] ?? 0) + 1
    for (const child of element.children) markRepeatedLook(child, look)
  }

  axe.configure({rules: [{id: "color-contrast", selector: "*:not([data-repeated])"}]})
  takeOutRepeated(document.body)
  markRepeatedLook(document.body, [...document.styleSheets].map(sheet => sheet.href).join("|"))
  sessionStorage.setItem(`looks-${innerWidth}`, JSON.stringify(looks))
  try {
    const {violations} = await axe.run({resultTypes: ["violations"]})
    return violations.flatMap(({id, help, nodes}) => nodes.map(({target}) => `${id} (${help}) at ${target.join(" ")}`))
  } finally {
    for (const [place, child] of takenOut.reverse()) place.replaceWith(child)
  }
}
