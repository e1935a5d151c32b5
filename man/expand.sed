# SPDX-License-Identifier: LGPL-2.1-or-later
# What several pages share; run in the folder of the pages.
/^=for insert convert$/{
  r insert-convert.pod
  d
}
/^=for insert global$/{
  r insert-global.pod
  d
}
/^=for insert reach$/{
  r insert-reach.pod
  d
}
/^=for insert sign$/{
  r insert-sign.pod
  d
}
/^=for insert trust$/{
  r insert-trust.pod
  d
}
