// erf of registers of sixteen f32, whose instructions look numbers up in tables of 32 that stay in two registers each.
#pragma once
#ifdef __AVX512F__
#include <gradus/autograd/simd/xsimd.h>   // and with it the instructions

namespace gradus::kernels::GRADUS_SIMD_NAMESPACE {

// erf(k/8 + t) as polynomials of degree 4 in t from −1/16 to 1/16, fitted at Chebyshev's points (k of 1 to 3:
// to least errors in units of the result); row d has the coefficients of t^d. Those of k = 0 are of erf(t) − t; the last
// ones end in 1, whose units are coarser than what erf is short of it.
alignas(64) inline constexpr float erf_table[5][32] = {
    {0.f, 0.140316203f, 0.276326388f, 0.404116899f, 0.520499885f, 0.623240888f, 0.711155653f, 0.784075081f, 0.842700779f, 0.888388216f,
     0.92290014f, 0.948170066f, 0.966105163f, 0.978443742f, 0.986671686f, 0.99199003f, 0.995322287f, 0.997345984f, 0.998537302f,
     0.999217033f, 0.999593019f, 0.999794602f, 0.999899387f, 0.999952137f, 0.999977887f, 0.999990106f, 0.999995708f, 0.999998212f,
     0.999999285f, 0.999999702f, 0.999999881f, 1.f},
    {0.128379151f, 1.11088479f, 1.06001377f, 0.980352581f, 0.87878257f, 0.763499677f, 0.642931342f, 0.524745345f, 0.415107816f,
     0.31827426f, 0.236521348f, 0.170359924f, 0.118930362f, 0.0804722682f, 0.0527749658f, 0.0335457735f, 0.0206669234f, 0.0123407608f,
     0.00714226812f, 0.00400643796f, 0.002178255f, 0.00114785496f, 0.000586264068f, 0.000290220109f, 0.000139248194f, 6.47559282e-05f,
     2.9187524e-05f, 1.27509575e-05f, 5.39903385e-06f, 2.21573077e-06f, 8.81344192e-07f, 3.39783043e-07f},
    {6.86728526e-06f, -0.138854176f, -0.264998257f, -0.367631674f, -0.439390868f, -0.477186859f, -0.48219806f, -0.459151834f,
     -0.415107548f, -0.358058333f, -0.295651585f, -0.234244883f, -0.178395599f, -0.130767539f, -0.0923563167f, -0.0628984645f,
     -0.0413339734f, -0.0262242276f, -0.0160701927f, -0.00951535814f, -0.00544568663f, -0.00301315286f, -0.00161224825f,
     -0.000834396516f, -0.000417752803f, -0.000202366995f, -9.48620655e-05f, -4.30358668e-05f, -1.88973245e-05f, -8.03237072e-06f,
     -3.3052047e-06f, -1.3167338e-06f},
    {-0.376676023f, -0.358219951f, -0.308784187f, -0.234654307f, -0.1464279f, -0.0558054186f, 0.0265291892f, 0.092595771f, 0.138031647f,
     0.162153095f, 0.167305484f, 0.157788232f, 0.138679326f, 0.114830069f, 0.0901895091f, 0.0674969628f, 0.0482868105f, 0.033098381f,
     0.0217765793f, 0.013771344f, 0.00837997068f, 0.00491103483f, 0.00277385768f, 0.00151091209f, 0.000794072053f, 0.000402842328f,
     0.000197345333f, 9.3384675e-05f, 4.2697633e-05f, 1.88676968e-05f, 8.05964373e-06f, 3.32873105e-06f},
    {0.0140822139f, 0.0671019778f, 0.125587136f, 0.166241318f, 0.182786763f, 0.17621778f, 0.150529578f, 0.112335764f, 0.069211483f,
     0.0280641727f, -0.00603474397f, -0.0303708725f, -0.0444856808f, -0.0496344157f, -0.0480496734f, -0.042235788f, -0.0344422422f,
     -0.0263714641f, -0.0191003755f, -0.0131514445f, -0.00863876566f, -0.00542745786f, -0.00326782698f, -0.00188844383f, -0.00104872603f,
     -0.000560227258f, -0.000288115698f, -0.00014274742f, -6.81743259e-05f, -3.1400803e-05f, -1.39544964e-05f, -5.98559018e-06f}};

// Of size from 0 to below 3.9375, or NaN.
[[gnu::always_inline]] inline __m512 erf_of_size(__m512 size) {
  const __m512 magic = _mm512_set1_ps(0x1.8p23f);   // what is added to it has its nearest whole number in the last bits
  const __m512 place = _mm512_fmadd_ps(size, _mm512_set1_ps(8), magic);
  const __m512 t = _mm512_fnmadd_ps(_mm512_sub_ps(place, magic), _mm512_set1_ps(0.125f), size);
  const __m512i k = _mm512_castps_si512(place);     // five bits of it are read
  const auto coefficient = [k](const float* of) { return _mm512_permutex2var_ps(_mm512_load_ps(of), k, _mm512_load_ps(of + 16)); };
  __m512 p = coefficient(erf_table[4]);
  p = _mm512_fmadd_ps(p, t, coefficient(erf_table[3]));
  p = _mm512_fmadd_ps(p, t, coefficient(erf_table[2]));
  p = _mm512_fmadd_ps(p, t, coefficient(erf_table[1]));
  const __mmask16 first = _mm512_cmp_ps_mask(place, magic, _CMP_EQ_OQ);
  return _mm512_fmadd_ps(p, t, _mm512_mask_mov_ps(coefficient(erf_table[0]), first, size));
}

}  // namespace gradus::kernels::GRADUS_SIMD_NAMESPACE
#endif
