# Benchmarks: `make bench`, not part of `make check`.
EXTRA_DIST += \
	bench/README.md \
	bench/data.sh \
	bench/export.sh \
	bench/import.sh \
	bench/nginx.sh \
	bench/pair.py \
	bench/web-server.sh \
	$(NULL)

# All run, and all are judged.
bench: all
	rc=0; for b in import export web-server; do \
	  OVFTOOL=$(abs_top_builddir)/ovftool/ovftool \
	    $(srcdir)/bench/$$b.sh $(BENCHDIR) || rc=1; \
	done; exit $$rc

.PHONY: bench
