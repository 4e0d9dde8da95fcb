// What JavaRosa would show and play beside the questions of a form, for each of its languages.
//
// java -cp ODK_Validate.jar Show.java form.xml
//
// One line a question and one a choice: language, name, picture, voice, divided by tabs.

import java.io.File;
import java.io.FileInputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.javarosa.core.model.CoreModelModule;
import org.javarosa.core.model.FormDef;
import org.javarosa.core.model.FormIndex;
import org.javarosa.core.model.SelectChoice;
import org.javarosa.core.model.instance.InstanceInitializationFactory;
import org.javarosa.core.services.PropertyManager;
import org.javarosa.core.services.PrototypeManager;
import org.javarosa.core.util.JavaRosaCoreModule;
import org.javarosa.form.api.FormEntryController;
import org.javarosa.form.api.FormEntryModel;
import org.javarosa.form.api.FormEntryPrompt;
import org.javarosa.model.xform.XFormsModule;
import org.javarosa.xform.util.XFormUtils;
import org.opendatakit.validate.StubPropertyManager;

public class Show {
    static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    public static void main(String[] arguments) throws Exception {
        System.setOut(System.err);
        PropertyManager.setPropertyManager(new StubPropertyManager());
        PrototypeManager.registerPrototypes(JavaRosaCoreModule.classNames);
        PrototypeManager.registerPrototypes(CoreModelModule.classNames);
        new XFormsModule().registerModule();
        FormDef form;
        try (InputStream stream = new FileInputStream(new File(arguments[0]))) {
            form = XFormUtils.getFormFromInputStream(stream);
        }
        form.initialize(true, new InstanceInitializationFactory());
        FormEntryController controller = new FormEntryController(new FormEntryModel(form));
        for (String language : controller.getModel().getLanguages()) {
            controller.setLanguage(language);
            controller.jumpToIndex(FormIndex.createBeginningOfFormIndex());
            for (int event = controller.stepToNextEvent();
                    event != FormEntryController.EVENT_END_OF_FORM;
                    event = controller.stepToNextEvent()) {
                if (event == FormEntryController.EVENT_QUESTION) {
                    show(language, controller.getModel().getQuestionPrompt());
                }
            }
        }
    }

    static void show(String language, FormEntryPrompt prompt) {
        String name = prompt.getFormElement().getBind().getReference().toString();
        name = name.substring(name.lastIndexOf('/') + 1);
        line(language, name, prompt.getImageText(), prompt.getAudioText());
        if (prompt.getSelectChoices() != null) {
            for (SelectChoice choice : prompt.getSelectChoices()) {
                line(
                        language,
                        name + "=" + choice.getValue(),
                        prompt.getSpecialFormSelectChoiceText(choice, "image"),
                        prompt.getSpecialFormSelectChoiceText(choice, "audio"));
            }
        }
    }

    static void line(String language, String name, String picture, String voice) {
        OUT.println(language + "\t" + name + "\t" + (picture == null ? "" : picture) + "\t" + (voice == null ? "" : voice));
    }
}
