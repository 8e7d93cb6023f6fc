package org.holdfast.run.server;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.holdfast.run.ApplicationServer;
import org.jboss.arquillian.container.spi.client.container.ContainerConfiguration;
import org.jboss.arquillian.container.spi.client.container.DeployableContainer;
import org.jboss.arquillian.container.spi.client.container.DeploymentException;
import org.jboss.arquillian.container.spi.client.protocol.ProtocolDescription;
import org.jboss.arquillian.container.spi.client.protocol.metadata.HTTPContext;
import org.jboss.arquillian.container.spi.client.protocol.metadata.ProtocolMetaData;
import org.jboss.arquillian.container.spi.client.protocol.metadata.Servlet;
import org.jboss.shrinkwrap.api.Archive;
import org.jboss.shrinkwrap.api.exporter.ZipExporter;

/**
 * Arquillian's view of our launchers. One deployment serves all classes of a run: a server starts with
 * the first, and ends with the last.
 */
public final class HoldfastContainer implements DeployableContainer<HoldfastContainer.Configuration> {

    @Override
    public Class<Configuration> getConfigurationClass() {
        return Configuration.class;
    }

    @Override
    public ProtocolDescription getDefaultProtocol() {
        return ProtocolDescription.DEFAULT;
    }

    @Override
    public ProtocolMetaData deploy(Archive<?> archive) throws DeploymentException {
        try {
            Path folder = Files.createDirectories(Path.of("target/deployed"));
            Path file = folder.resolve(archive.getName());
            archive.as(ZipExporter.class).exportTo(file.toFile(), true);
            URI url = RunningHoldfast.start(file).url();
            HTTPContext context = new HTTPContext(url.getHost(), url.getPort());
            context.add(new Servlet("holdfast", ApplicationServer.CONTEXT_ROOT));
            return new ProtocolMetaData().addContext(context);
        } catch (IOException | RuntimeException e) {
            throw new DeploymentException(e.getMessage(), e);
        }
    }

    @Override
    public void undeploy(Archive<?> archive) {
        // The next class uses it too.
    }

    @Override
    public void stop() {
        RunningHoldfast.stop();
    }

    /** Nothing to configure; what there is, the build passes as system properties. */
    public static final class Configuration implements ContainerConfiguration {

        @Override
        public void validate() {
            // There is nothing that could be wrong.
        }
    }
}
