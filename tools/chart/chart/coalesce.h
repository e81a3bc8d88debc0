#pragma once

#include <string>
#include <vector>

#include "tools/chart/chart/chart.h"

namespace croft::chart {

// Lines about values that are left out; may be null.
using Warnings = std::vector<std::string>*;

// The values of a chart and of the charts in it, each under its name: `values` over the chart's own, the globals of
// each chart handed down. A null removes what the chart has there. Neither `values` nor the chart is changed. Fails
// where a subchart's name stands for something other than a map.
Result<MapPtr> CoalesceValues(const Chart& chart, const MapPtr& values, Warnings warnings = nullptr);
// The same, but nulls stay.
Result<MapPtr> MergeValues(const Chart& chart, const MapPtr& values, Warnings warnings = nullptr);

// Puts into `target` what `source` has and it has not, map by map. Both may be changed, and share values after it.
void CoalesceTables(const MapPtr& target, const MapPtr& source, Warnings warnings = nullptr);
void MergeTables(const MapPtr& target, const MapPtr& source, Warnings warnings = nullptr);

// `over` on top of `base`, map by map, as value files are laid over each other: nulls stay. A new map.
MapPtr OverlayValues(const MapPtr& base, const MapPtr& over);

// The map at a path of keys with dots between them; nullptr where there is none.
MapPtr TableAt(const MapPtr& values, std::string_view path);

// Switches charts on and off by the conditions and tags of their dependencies, names them by their aliases and imports
// what they export into their parents' values. Changes the chart; once for a chart and its values.
Status ProcessDependencies(Chart& chart, const MapPtr& values, Warnings warnings = nullptr);

}  // namespace croft::chart
