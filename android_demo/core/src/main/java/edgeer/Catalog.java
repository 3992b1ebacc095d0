package edgeer;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What a resolver searches: the entities of a bundle, their forms in canonical text, and a vector for each form. */
final class Catalog {
    final EntityFile file;
    final List<Entity> entities;
    final List<String> forms = new ArrayList<String>();
    final int[] formEntity;
    final Vectors vectors;

    /**
     * @throws BundleCorruptException where the files of the bundle do not fit each other
     */
    Catalog(Bundle bundle, int dim) {
        file = new EntityFile(bundle.file(Bundle.ENTITIES), bundle.file(Bundle.STREAMS));
        entities = file.entities;
        Map<String, Tensor> arrays = SafeTensors.read(bundle.file(Bundle.VECTORS), Bundle.VECTORS);
        vectors = new Vectors(SafeTensors.array(arrays, Bundle.VECTORS, "vectors", Tensor.INT8, -1, dim).bytes(), dim);
        formEntity = SafeTensors.array(arrays, Bundle.VECTORS, "entity", Tensor.INT32, vectors.forms).ints();
        for (Entity entity : entities) {
            forms.addAll(entity.canonicalForms());
        }
        if (forms.size() != formEntity.length) {
            throw new BundleCorruptException(Bundle.ENTITIES + ": " + forms.size() + " surface forms, but " + Bundle.VECTORS
                    + " has " + formEntity.length + "; build the bundle again");
        }
        checkOwners();
    }

    /** The demand for each form's entity: floor(4 log2(1 + popularity)) of its metadata, 0 without one. */
    int[] demand() {
        int[] own = new int[entities.size()];
        for (int i = 0; i < own.length; i++) {
            own[i] = demand(entities.get(i));
        }
        int[] demand = new int[formEntity.length];
        for (int form = 0; form < demand.length; form++) {
            demand[form] = own[formEntity[form]];
        }
        return demand;
    }

    private static int demand(Entity entity) {
        Object value = entity.metadata.containsKey("popularity") ? entity.metadata.get("popularity") : Long.valueOf(0);
        if (!(value instanceof Number) || ((Number) value).doubleValue() < 0 || ((Number) value).doubleValue() > 1e18) {
            throw new BundleCorruptException(Bundle.ENTITIES + ", '" + entity.id + "', metadata.popularity: "
                    + "expected a number from 0 to 1e18, found " + value + "; correct the catalog and build the bundle again");
        }
        return BigInteger.valueOf(((Number) value).longValue() + 1).pow(4).bitLength() - 1;
    }

    /** Each vector must have its entity, and each entity a vector. */
    private void checkOwners() {
        boolean[] named = new boolean[entities.size()];
        int missing = named.length;
        for (int entity : formEntity) {
            if (entity < 0 || entity >= named.length) {
                throw new BundleCorruptException(Bundle.VECTORS + ": a form of entity " + entity + ", but there are "
                        + named.length + "; build the bundle again");
            }
            missing -= named[entity] ? 0 : 1;
            named[entity] = true;
        }
        if (missing > 0) {
            throw new BundleCorruptException(
                    Bundle.VECTORS + ": " + missing + " entities without a form; build the bundle again");
        }
    }
}
