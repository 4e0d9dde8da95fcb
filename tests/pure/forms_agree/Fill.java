// Fills an XForm with answer sets as an OpenRosa client on JavaRosa does, and prints the submissions it would send.
//
// java -cp ODK_Validate.jar Fill.java form.xml [lists] < sets
//
// `lists` is the folder of the CSV files that the form draws on.
//
// One answer set a line: name=value pairs between tabs; several choices between blanks. Only questions that the
// form shows are answered, in its order, again from the start while an answer opens another question. For each set
// one line: OK and the submission in base 64, or REFUSED and the names whose values the form would not take.

import java.io.BufferedReader;
import java.io.File;
import java.io.FileInputStream;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.javarosa.core.model.Constants;
import org.javarosa.core.model.CoreModelModule;
import org.javarosa.core.model.FormDef;
import org.javarosa.core.model.FormIndex;
import org.javarosa.core.model.SelectChoice;
import org.javarosa.core.model.data.IAnswerData;
import org.javarosa.core.model.data.IntegerData;
import org.javarosa.core.model.data.SelectMultiData;
import org.javarosa.core.model.data.SelectOneData;
import org.javarosa.core.model.data.StringData;
import org.javarosa.core.model.data.helper.Selection;
import org.javarosa.core.model.instance.FormInstance;
import org.javarosa.core.model.instance.InstanceInitializationFactory;
import org.javarosa.core.reference.PrefixedRootFactory;
import org.javarosa.core.reference.Reference;
import org.javarosa.core.reference.ReferenceManager;
import org.javarosa.core.services.PropertyManager;
import org.javarosa.core.services.PrototypeManager;
import org.javarosa.core.util.JavaRosaCoreModule;
import org.javarosa.form.api.FormEntryController;
import org.javarosa.form.api.FormEntryModel;
import org.javarosa.form.api.FormEntryPrompt;
import org.javarosa.model.xform.XFormSerializingVisitor;
import org.javarosa.model.xform.XFormsModule;
import org.javarosa.xform.util.XFormUtils;
import org.opendatakit.validate.StubPropertyManager;

public class Fill {
    public static void main(String[] arguments) throws Exception {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        System.setOut(System.err); // the engine's own remarks must not mix with the submissions
        PropertyManager.setPropertyManager(new StubPropertyManager()); // answers for the device id
        PrototypeManager.registerPrototypes(JavaRosaCoreModule.classNames);
        PrototypeManager.registerPrototypes(CoreModelModule.classNames);
        new XFormsModule().registerModule();
        if (arguments.length > 1) {
            ReferenceManager.instance().addReferenceFactory(new Lists(new File(arguments[1])));
        }
        FormDef form = parsed(new File(arguments[0]));
        FormInstance empty = form.getMainInstance().clone();
        BufferedReader sets = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = sets.readLine(); line != null; line = sets.readLine()) {
            form.setInstance(empty.clone());
            out.println(fill(form, read(line)));
        }
    }

    // Parsing is slow and done once; each filling starts from a copy of the empty instance, as a client's does.
    static FormDef parsed(File file) throws Exception {
        try (InputStream stream = new FileInputStream(file)) {
            return XFormUtils.getFormFromInputStream(stream);
        }
    }

    static Map<String, String> read(String line) {
        Map<String, String> answers = new HashMap<>();
        for (String pair : line.split("\t")) {
            int at = pair.indexOf('=');
            if (at > 0) {
                answers.put(pair.substring(0, at), pair.substring(at + 1));
            }
        }
        return answers;
    }

    static String fill(FormDef form, Map<String, String> answers) throws Exception {
        form.initialize(true, new InstanceInitializationFactory());
        FormEntryController controller = new FormEntryController(new FormEntryModel(form));
        Set<String> given = new HashSet<>();
        List<String> refused = new ArrayList<>();
        boolean opened = true;
        while (opened) {
            opened = pass(controller, answers, given, refused);
        }
        if (!refused.isEmpty()) {
            return "REFUSED " + String.join(" ", refused);
        }
        form.postProcessInstance();
        byte[] xml = new XFormSerializingVisitor().serializeInstance(form.getInstance());
        return "OK " + Base64.getEncoder().encodeToString(xml);
    }

    static boolean pass(
            FormEntryController controller, Map<String, String> answers, Set<String> given, List<String> refused) {
        boolean answered = false;
        controller.jumpToIndex(FormIndex.createBeginningOfFormIndex());
        for (int event = controller.stepToNextEvent();
                event != FormEntryController.EVENT_END_OF_FORM;
                event = controller.stepToNextEvent()) {
            if (event != FormEntryController.EVENT_QUESTION) {
                continue;
            }
            // Asked of the index, since a prompt is costly to build and most rows of a result page are notes.
            String name = controller.getModel().getFormIndex().getReference().getNameLast();
            if (!answers.containsKey(name) || !given.add(name)) {
                continue;
            }
            FormEntryPrompt prompt = controller.getModel().getQuestionPrompt();
            answered = true;
            IAnswerData data = data(prompt, answers.get(name));
            if (data == null || controller.answerQuestion(data, true) != FormEntryController.ANSWER_OK) {
                refused.add(name);
            }
        }
        return answered;
    }

    static IAnswerData data(FormEntryPrompt prompt, String value) {
        switch (prompt.getControlType()) {
            case Constants.CONTROL_SELECT_ONE:
                Selection one = choice(prompt, value);
                return one == null ? null : new SelectOneData(one);
            case Constants.CONTROL_SELECT_MULTI:
                List<Selection> several = new ArrayList<>();
                for (String each : value.split(" ")) {
                    several.add(choice(prompt, each));
                }
                return several.contains(null) ? null : new SelectMultiData(several);
            default:
                boolean number = prompt.getDataType() == Constants.DATATYPE_INTEGER;
                return number ? new IntegerData(Integer.parseInt(value)) : new StringData(value);
        }
    }

    static Selection choice(FormEntryPrompt prompt, String value) {
        for (SelectChoice choice : prompt.getSelectChoices()) {
            if (choice.getValue().equals(value)) {
                return choice.selection();
            }
        }
        return null;
    }

    // Where a client keeps the files that came with a form.
    static class Lists extends PrefixedRootFactory {
        private final File folder;

        Lists(File folder) {
            super(new String[] {"file-csv"});
            this.folder = folder;
        }

        @Override
        protected Reference factory(String name, String uri) {
            File file = new File(folder, name);
            return new Reference() {
                public boolean doesBinaryExist() {
                    return file.exists();
                }

                public InputStream getStream() throws java.io.IOException {
                    return new FileInputStream(file);
                }

                public String getURI() {
                    return uri;
                }

                public String getLocalURI() {
                    return file.getAbsolutePath();
                }

                public boolean isReadOnly() {
                    return true;
                }

                public OutputStream getOutputStream() {
                    return null;
                }

                public void remove() {}

                public Reference[] probeAlternativeReferences() {
                    return new Reference[0];
                }
            };
        }
    }
}
