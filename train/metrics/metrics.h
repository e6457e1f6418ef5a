// All metrics; metric.h says what they have in common.
#pragma once
#include <gradus/train/metrics/accuracy.h>
#include <gradus/train/metrics/calibration.h>
#include <gradus/train/metrics/classes.h>
#include <gradus/train/metrics/confusion.h>
#include <gradus/train/metrics/mean.h>
#include <gradus/train/metrics/ranking.h>
#include <gradus/train/metrics/regression.h>
