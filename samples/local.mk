# Samples: an appliance that is made, and the tour that uses it.
EXTRA_DIST += \
	samples/boot-domain.py \
	samples/demo.sh \
	samples/make-appliance.sh \
	samples/pack-ova.sh \
	$(NULL)
