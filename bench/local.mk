# Benchmarks: `make bench`, not part of `make check`.
EXTRA_DIST += \
	bench/README.md \
	bench/export.sh \
	bench/import.sh \
	bench/pair.py \
	$(NULL)

bench: all
	OVFTOOL=$(abs_top_builddir)/ovftool/ovftool \
	  $(srcdir)/bench/import.sh $(BENCHDIR)
	OVFTOOL=$(abs_top_builddir)/ovftool/ovftool \
	  $(srcdir)/bench/export.sh $(BENCHDIR)

.PHONY: bench
