# Benchmarks: `make bench`, not part of `make check`.
EXTRA_DIST += \
	bench/README.md \
	bench/data.sh \
	bench/export.sh \
	bench/import.sh \
	bench/pair.py \
	$(NULL)

# Both run, and both are judged.
bench: all
	rc=0; for b in import export; do \
	  OVFTOOL=$(abs_top_builddir)/ovftool/ovftool \
	    $(srcdir)/bench/$$b.sh $(BENCHDIR) || rc=1; \
	done; exit $$rc

.PHONY: bench
