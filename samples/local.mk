# Samples: an appliance that is made, and the tour that uses it.
EXTRA_DIST += \
	samples/boot-domain.py \
	samples/build-devices.yaml \
	samples/build-eula.txt \
	samples/build-minimal.yaml \
	samples/build-router.yaml \
	samples/build-sizes.yaml \
	samples/demo.sh \
	samples/make-appliance.sh \
	samples/minimal.ovf \
	samples/pack-ova.sh \
	samples/properties.ovf \
	samples/two-disks.ovf \
	samples/vapp.ovf \
	$(NULL)
