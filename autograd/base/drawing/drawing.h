// Charts, bars, pieces of the plane, tables and progress: as text for the terminal, and as SVG.
#pragma once
#include <gradus/autograd/base/drawing/bars.h>
#include <gradus/autograd/base/drawing/chart.h>
#include <gradus/autograd/base/drawing/plane.h>
#include <gradus/autograd/base/drawing/progress.h>
#include <gradus/autograd/base/drawing/table.h>
#include <gradus/autograd/base/drawing/terminal.h>
