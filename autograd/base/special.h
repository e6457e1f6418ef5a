// Special functions of one number that the standard library lacks, or gives away from several threads: in double, for every machine alike.
// Errors are a few units in the last place, but near a zero of lgamma and digamma, where they are a few units of the terms that cancel.
//   special::digamma(1)   −0.5772156649015329
#pragma once

namespace gradus::special {

double lgamma(double x);               // log|Γ(x)|; +∞ at 0, −1, −2, … and ±∞
double digamma(double x);              // ψ = (log Γ)'; ∓∞ at ±0, NaN at −1, −2, … and −∞
double polygamma(int n, double x);     // ψ⁽ⁿ⁾, n ≥ 0; for n ≥ 1 ±∞ at 0, −1, −2, …
double erfinv(double x);               // ±∞ at ±1, NaN beyond

}  // namespace gradus::special
