/** Stands in for d3-geo, which Plot brings along for maps. The console draws none, and its pages stay smaller so. */

// Plot prepares its projections when it is loaded, so this is called; nothing that comes of it is ever drawn.
function noMaps(): object {
  return {};
}

export {
  noMaps as geoAlbers,
  noMaps as geoAlbersUsa,
  noMaps as geoAzimuthalEqualArea,
  noMaps as geoAzimuthalEquidistant,
  noMaps as geoCentroid,
  noMaps as geoClipRectangle,
  noMaps as geoConicConformal,
  noMaps as geoConicEqualArea,
  noMaps as geoConicEquidistant,
  noMaps as geoEqualEarth,
  noMaps as geoEquirectangular,
  noMaps as geoGnomonic,
  noMaps as geoGraticule10,
  noMaps as geoMercator,
  noMaps as geoNaturalEarth1,
  noMaps as geoOrthographic,
  noMaps as geoPath,
  noMaps as geoStereographic,
  noMaps as geoStream,
  noMaps as geoTransform,
  noMaps as geoTransverseMercator,
  noMaps as geoVoronoi,
};
