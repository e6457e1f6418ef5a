// All logs (opt-in).
#pragma once
#include <gradus/train/logs/csv_log.h>
#include <gradus/train/logs/json_log.h>
#include <gradus/train/logs/read_log.h>
#include <gradus/train/logs/tensorboard_log.h>
