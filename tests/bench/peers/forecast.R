#!/usr/bin/env Rscript
# The same hours as `neaptide offline backtest`, forecast by R's package forecast.
#
# usage: forecast.R FILE HORIZON ORIGINS EVERY SAMPLE METHOD...    METHOD: stlf-ets stlf-arima tbats snaive
#
# Prints what `backtest` prints: mean sMAPE and MASE, relMASE (geometric mean over series of MASE over seasonal
# naive's), and CPU seconds. Each forecast sees only what lies before its origin; gaps are filled as ours are, from
# the day before. Debian: r-cran-forecast.
suppressMessages(library(forecast))

read_series <- function(path) {
  first <- readLines(path, n = 1)
  if (startsWith(gsub('"', "", first), "t,")) {
    table <- read.csv(path, check.names = FALSE)
    series <- lapply(table[-1], function(x) x[min(which(!is.na(x))):max(which(!is.na(x)))])
    return(list(series = series, day = 86400 / (table$t[2] - table$t[1])))
  }
  table <- read.csv(path, header = grepl("V2", first), check.names = FALSE)
  rows <- lapply(seq_len(nrow(table)), function(i) {
    x <- as.numeric(table[i, -1])
    x[!is.na(x)]
  })
  list(series = rows, day = 24)
}

fill <- function(x, day) {
  for (t in which(is.na(x))) x[t] <- if (t > day) x[t - day] else x[t - 1]
  x
}

snaive_path <- function(history, day, horizon) {
  tail(fill(history, day), day)[(seq_len(horizon) - 1) %% day + 1]
}

path_of <- function(name, history, day, horizon) {
  # With two days or less R's own methods give up.
  if (name == "snaive" || length(history) <= 2 * day) return(snaive_path(history, day, horizon))
  x <- fill(history, day)
  seasons <- if (length(x) >= 15 * day) c(day, 7 * day) else day
  y <- msts(x, seasonal.periods = seasons)
  if (length(seasons) == 1) y <- ts(x, frequency = day)
  made <- switch(name,
    "stlf-ets" = stlf(y, h = horizon, method = "ets"),
    "stlf-arima" = stlf(y, h = horizon, method = "arima"),
    "tbats" = forecast(tbats(y, use.parallel = FALSE), h = horizon))
  pmax(as.numeric(made$mean), 0)
}

words <- commandArgs(trailingOnly = TRUE)
numbers <- as.integer(words[2:5])
horizon <- numbers[1]; origins <- numbers[2]; every <- numbers[3]; sample_each <- numbers[4]
input <- read_series(words[1])
day <- input$day
series <- input$series[seq(1, length(input$series), by = sample_each)]
cat(sprintf("%d series, %d origins, %d steps ahead\n", length(series), origins, horizon))
naive <- NULL
for (name in c("snaive", words[-(1:5)])) {
  begin <- proc.time()
  errors <- numeric(length(series)); smape <- 0; mase <- 0; count <- 0
  for (i in seq_along(series)) for (o in seq_len(origins) - 1) {
    x <- series[[i]]
    end <- length(x) - horizon - o * every
    if (end < 2 * day) next
    history <- x[1:end]; actual <- x[(end + 1):(end + horizon)]
    scale <- mean(abs(diff(history, lag = day)), na.rm = TRUE)
    if (!isTRUE(scale > 0) || all(is.na(actual))) next
    p <- path_of(name, history, day, horizon)
    both <- abs(actual) + abs(p); off <- abs(actual - p)
    smape <- smape + mean(ifelse(both > 0, 200 * off / both, 0), na.rm = TRUE)
    errors[i] <- errors[i] + mean(off, na.rm = TRUE) / scale
    mase <- mase + mean(off, na.rm = TRUE) / scale
    count <- count + 1
  }
  if (is.null(naive)) naive <- errors
  known <- naive > 0 & errors > 0
  took <- proc.time() - begin
  seconds <- took[["user.self"]] + took[["sys.self"]]
  cat(sprintf("%-14s sMAPE %7.3f  MASE %.4f  relMASE %.4f  %.1f CPU s for %d forecasts, %.3f each\n", name,
    smape / count, mase / count, exp(mean(log(errors[known] / naive[known]))), seconds, count, seconds / count))
}
