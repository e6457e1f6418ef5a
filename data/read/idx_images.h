// Pictures under the name that they had when IDX was the only format that they came in.
#pragma once
#include <gradus/data/read/pictures.h>

namespace gradus::data {
using IdxImages = Pictures;
}
