// Charts, bars and progress: as text for the terminal, and as SVG. Pieces of the plane (plane.h) and tables (table.h) are
// included by name.
#pragma once
#include <gradus/autograd/base/drawing/bars.h>
#include <gradus/autograd/base/drawing/chart.h>
#include <gradus/autograd/base/drawing/progress.h>
#include <gradus/autograd/base/drawing/terminal.h>
