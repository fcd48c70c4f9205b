// What axe finds on the page as it stands, one line for each element. Contrast takes most of axe's time and follows from
// what is computed for an element and for all around it, so it is looked at on the first two elements of each such look.
async () => {
  const COMPUTED = ["color", "backgroundColor", "backgroundImage", "opacity", "filter", "mixBlendMode", "textShadow",
    "fontSize", "fontWeight", "visibility", "position", "zIndex"]
  const hash = text => {
    let [high, low] = [0x9e3779b9, 0x85ebca6b]
    for (let place = 0; place < text.length; place++) {
      high = Math.imul(high ^ text.charCodeAt(place), 0x01000193)
      low = Math.imul(low ^ text.charCodeAt(place), 0x5bd1e995)
    }
    return `${(high >>> 0).toString(36)}.${(low >>> 0).toString(36)}`
  }
  const looks = JSON.parse(sessionStorage.getItem("looks") ?? "{}") // how often, on the pages before too
  const markRepeatedLook = (element, around) => {
    const style = getComputedStyle(element)
    const hasText = [...element.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim())
    const isExempt = element.matches(":disabled, [aria-disabled=true]") || !element.checkVisibility()
    const look = hash([around, element.tagName, hasText, isExempt, ...COMPUTED.map(name => style[name])].join("|"))
    element.toggleAttribute("data-repeated-look", looks[look] >= 2)
    looks[look] = (looks[look] ?? 0) + 1
    for (const child of element.children) markRepeatedLook(child, look)
  }
  axe.configure({rules: [{id: "color-contrast", selector: "*:not([data-repeated-look])"}]})
  markRepeatedLook(document.body, "")
  sessionStorage.setItem("looks", JSON.stringify(looks))
  const {violations} = await axe.run({resultTypes: ["violations"], preload: false})
  return violations.flatMap(({id, help, nodes}) => nodes.map(({target}) => `${id} (${help}) at ${target.join(" ")}`))
}
