package lab.croft.clients;

import static lab.croft.clients.Lab.APPS;
import static lab.croft.clients.Lab.CLIENT;
import static lab.croft.clients.Lab.CORE;
import static lab.croft.clients.Lab.contains;
import static lab.croft.clients.Lab.deployment;
import static lab.croft.clients.Lab.eventually;
import static lab.croft.clients.Lab.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kubernetes.client.PodLogs;
import io.kubernetes.client.custom.V1Patch;
import io.kubernetes.client.openapi.ApiException;
import io.kubernetes.client.openapi.apis.AuthenticationV1Api;
import io.kubernetes.client.openapi.apis.AuthorizationV1Api;
import io.kubernetes.client.openapi.apis.BatchV1Api;
import io.kubernetes.client.openapi.apis.EventsV1Api;
import io.kubernetes.client.openapi.models.EventsV1Event;
import io.kubernetes.client.openapi.models.V1Container;
import io.kubernetes.client.openapi.models.V1CronJob;
import io.kubernetes.client.openapi.models.V1CronJobStatus;
import io.kubernetes.client.openapi.models.V1Eviction;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.openapi.models.V1ObjectReference;
import io.kubernetes.client.openapi.models.V1Pod;
import io.kubernetes.client.openapi.models.V1PodSpec;
import io.kubernetes.client.openapi.models.V1ResourceAttributes;
import io.kubernetes.client.openapi.models.V1Scale;
import io.kubernetes.client.openapi.models.V1SelfSubjectAccessReview;
import io.kubernetes.client.openapi.models.V1SelfSubjectAccessReviewSpec;
import io.kubernetes.client.openapi.models.V1SelfSubjectReview;
import io.kubernetes.client.openapi.models.V1Status;
import io.kubernetes.client.openapi.models.V1TokenReview;
import io.kubernetes.client.openapi.models.V1TokenReviewSpec;
import io.kubernetes.client.util.PatchUtils;
import io.kubernetes.client.util.Yaml;
import java.io.InputStream;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Parts of objects with paths of their own, and the kinds that are answered and never stored. */
class SubresourceTest {
  private String ns;

  @BeforeEach
  void makeNamespace() throws Exception {
    ns = Lab.namespace();
  }

  private V1Pod createPod(String name) throws Exception {
    V1PodSpec spec = new V1PodSpec().containers(List.of(new V1Container().name("a").image("a:1")));
    return CORE.createNamespacedPod(ns, new V1Pod().metadata(new V1ObjectMeta().name(name)).spec(spec)).execute();
  }

  @Test
  void aStatusIsWrittenThroughItsSubresourceOnly() throws Exception {
    BatchV1Api batch = new BatchV1Api(CLIENT);
    V1CronJob wanted = Yaml.loadAs("""
        metadata: {name: nightly}
        spec:
          schedule: 0 3 * * *
          jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: "a:1"}]}}}}
        """, V1CronJob.class);
    OffsetDateTime then = OffsetDateTime.of(2026, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC);
    wanted.setStatus(new V1CronJobStatus().lastScheduleTime(then));
    V1CronJob made = batch.createNamespacedCronJob(ns, wanted).execute();
    assertNull(made.getStatus().getLastScheduleTime());
    made.setStatus(new V1CronJobStatus().lastScheduleTime(then));
    made.getSpec().setSchedule("1 1 * * *");
    V1CronJob told = batch.replaceNamespacedCronJobStatus("nightly", ns, made).execute();
    assertEquals(then, told.getStatus().getLastScheduleTime());
    assertEquals("0 3 * * *", told.getSpec().getSchedule());
    assertEquals(1L, told.getMetadata().getGeneration());
    V1Patch emptied = new V1Patch("{\"status\":{\"lastScheduleTime\":null},\"spec\":{\"schedule\":\"2 2 * * *\"}}");
    V1CronJob patched = PatchUtils.patch(V1CronJob.class,
        () -> batch.patchNamespacedCronJobStatus("nightly", ns, emptied).buildCall(null),
        V1Patch.PATCH_FORMAT_JSON_MERGE_PATCH, CLIENT);
    assertNull(patched.getStatus().getLastScheduleTime());
    assertEquals("0 3 * * *", batch.readNamespacedCronJobStatus("nightly", ns).execute().getSpec().getSchedule());
  }

  @Test
  void aScaleIsReadReplacedAndPatched() throws Exception {
    APPS.createNamespacedDeployment(ns, deployment("web")).execute();
    eventually("scaled", () -> {
      V1Scale scale = APPS.readNamespacedDeploymentScale("web", ns).execute();
      assertEquals("app=web", scale.getStatus().getSelector());
      scale.getSpec().setReplicas(2);
      try {
        return APPS.replaceNamespacedDeploymentScale("web", ns, scale).execute().getSpec().getReplicas() == 2;
      } catch (ApiException e) {
        assertEquals(409, e.getCode(), e.getResponseBody());  // its controller was faster
        return false;
      }
    });
    V1Scale patched = PatchUtils.patch(V1Scale.class,
        () -> APPS.patchNamespacedDeploymentScale("web", ns, new V1Patch("{\"spec\":{\"replicas\":3}}")).buildCall(null),
        V1Patch.PATCH_FORMAT_JSON_MERGE_PATCH, CLIENT);
    assertEquals(3, patched.getSpec().getReplicas());
    refused(422, "Invalid", () -> PatchUtils.patch(V1Scale.class,
        () -> APPS.patchNamespacedDeploymentScale("web", ns, new V1Patch("{\"spec\":{\"replicas\":-1}}")).buildCall(null),
        V1Patch.PATCH_FORMAT_JSON_MERGE_PATCH, CLIENT));
    eventually("the pods are there", () -> CORE.listNamespacedPod(ns).labelSelector("app=web").execute().getItems().size() == 3);
  }

  @Test
  void anEvictionDeletesAPodAndLogsAreOfItsContainers() throws Exception {
    V1Pod pod = createPod("a");
    assertNull(CORE.readNamespacedPodLog("a", ns).execute(), "it has said nothing yet");
    refused(404, "NotFound", () -> CORE.readNamespacedPodLog("none", ns).execute());
    V1Status other = refused(400, "BadRequest", () -> CORE.readNamespacedPodLog("a", ns).container("other").execute());
    contains(other.getMessage(), "container other is not valid for pod a");
    try (InputStream said = new PodLogs(CLIENT).streamNamespacedPodLog(pod)) {
      assertEquals(0, said.readAllBytes().length);
    }
    V1Eviction eviction = new V1Eviction().metadata(new V1ObjectMeta().name("a").namespace(ns));
    // Answered by a Status, which the client's class for it is too strict to read.
    try (var answer = CORE.createNamespacedPodEviction("a", ns, eviction).buildCall(null).execute()) {
      assertEquals(201, answer.code());
    }
    eventually("the pod goes", () -> CORE.listNamespacedPod(ns).execute().getItems().isEmpty());
    refused(404, "NotFound", () -> CORE.createNamespacedPodEviction("a", ns, eviction).execute());
  }

  @Test
  void reviewsAreAnswered() throws Exception {
    AuthenticationV1Api authentication = new AuthenticationV1Api(CLIENT);
    var review = authentication.createTokenReview(new V1TokenReview().spec(new V1TokenReviewSpec().token("stranger"))).execute();
    assertNotEquals(true, review.getStatus().getAuthenticated());
    assertTrue(authentication.createSelfSubjectReview(new V1SelfSubjectReview()).execute()
        .getStatus().getUserInfo().getGroups().contains("system:authenticated"));
    var access = new V1SelfSubjectAccessReview().spec(
        new V1SelfSubjectAccessReviewSpec().resourceAttributes(new V1ResourceAttributes().verb("list").resource("pods")));
    assertTrue(new AuthorizationV1Api(CLIENT).createSelfSubjectAccessReview(access).execute().getStatus().getAllowed());
  }

  @Test
  void anEventIsReadInBothOfItsGroups() throws Exception {
    V1Pod pod = createPod("a");
    EventsV1Api events = new EventsV1Api(CLIENT);
    V1ObjectReference about = new V1ObjectReference().apiVersion("v1").kind("Pod").namespace(ns).name("a").uid(pod.getMetadata().getUid());
    // Microseconds are kept.
    OffsetDateTime now = OffsetDateTime.of(2026, 1, 1, 0, 0, 0, 123_456_000, ZoneOffset.UTC);
    EventsV1Event wanted = new EventsV1Event().metadata(new V1ObjectMeta().generateName("a-")).eventTime(now).action("Watering")
        .reason("Watered").type("Normal").note("it was dry").reportingController("gardener").reportingInstance("one").regarding(about);
    EventsV1Event made = events.createNamespacedEvent(ns, wanted).execute();
    assertEquals(now, events.readNamespacedEvent(made.getMetadata().getName(), ns).execute().getEventTime());
    var old = CORE.listNamespacedEvent(ns).fieldSelector("involvedObject.name=a,reason=Watered").execute().getItems();
    assertEquals(List.of("it was dry"), old.stream().map(event -> event.getMessage()).toList());
  }
}
