import { feature } from 'topojson-client'
import { echarts } from './frame.js'

// world fetches the shapes of the states once for all maps of the page.
let asked
export function world(url) {
  asked ||= fetch(url)
    .then((r) => {
      if (!r.ok) throw new Error(`${url}: ${r.status}`)
      return r.json()
    })
    .then((topology) => {
      const shapes = feature(topology, topology.objects.countries)
      for (const s of shapes.features) s.properties = { name: s.id }
      echarts.registerMap('world', shapes)
      return new Map(shapes.features.map((s) => [s.id, extent(s)]))
    })
  return asked
}

// extent is the larger side of the largest part of a shape: below some size a
// state needs a dot to be seen.
function extent(shape) {
  let most = 0
  for (const polygon of shape.geometry.coordinates) {
    const xs = polygon[0].map((p) => p[0])
    const ys = polygon[0].map((p) => p[1])
    most = Math.max(most, Math.min(Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys)))
  }
  return most
}

// equalEarth projects as internal/web/bundle/world.go does: the shapes come
// projected, the ends of the routes in longitude and latitude.
export function equalEarth(lon, lat) {
  const rad = Math.PI / 180
  lon = ((lon - 10.7 + 540) % 360) - 180 // the middle of the map
  const l = Math.asin((Math.sqrt(3) / 2) * Math.sin(lat * rad))
  const l2 = l * l
  const l6 = l2 * l2 * l2
  const d = 1.340264 + 3 * -0.081106 * l2 + l6 * (7 * 0.000893 + 9 * 0.003796 * l2)
  return [
    (lon * rad * Math.cos(l)) / ((Math.sqrt(3) / 2) * d),
    l * (1.340264 - 0.081106 * l2 + l6 * (0.000893 + 0.003796 * l2)),
  ]
}
